//! Fields of a form: a label, perhaps a hint, the control, and the place for its error.
//!
//! The id of a control is its name, unless a page has two forms with the same field.

use leptos::prelude::*;

use super::{Beside, Icon, MaybeText};
use crate::form::FieldError;

/// What every field has around its control.
struct Frame {
    id: String,
    label: String,
    hint: Option<String>,
    error: FieldError,
    marker: Option<String>,
}

impl Frame {
    /// The id is the name, unless there is another one.
    fn new(
        id: MaybeText,
        name: &str,
        label: String,
        hint: MaybeText,
        error: FieldError,
        marker: MaybeText,
    ) -> Self {
        let id = id.get().unwrap_or_else(|| name.to_owned());
        Self { id, label, hint: hint.get(), error, marker: marker.get() }
    }

    fn described_by(&self) -> String {
        let id = &self.id;
        if self.hint.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-error") }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + 'static {
        let error = self.error.clone();
        move || error.get().is_some().then_some("true")
    }

    fn around(self, control: AnyView) -> AnyView {
        let Self { id, label, hint, error, marker } = self;
        view! {
            <div class="field">
                <label class="field-label" for=id.clone()>
                    {label}
                    {marker.map(|marker| view! { " "<span class="field-marker">{marker}</span> })}
                </label>
                {hint_below(&id, hint)}
                {control}
                {error_below(&id, error)}
            </div>
        }
        .into_any()
    }
}

fn hint_below(id: &str, hint: Option<String>) -> Option<AnyView> {
    hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{hint}</p> }.into_any())
}

/// Always there, so that `aria-describedby` finds it.
fn error_below(id: &str, error: FieldError) -> AnyView {
    let shown = error.clone();
    let hidden = move || error.get().is_none();
    view! { <p class="field-error" id=format!("{id}-error") hidden=hidden>{move || shown.get()}</p> }
        .into_any()
}

/// A field of one line.
#[component]
pub fn Field(
    /// The field's name, and its id.
    #[prop(into)]
    name: String,
    /// What to type.
    #[prop(into)]
    label: String,
    /// An id of its own, where the name stands in two forms of a page.
    #[prop(optional, into)]
    id: MaybeText,
    /// A sentence between label and control.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the value.
    #[prop(optional)]
    error: FieldError,
    /// A word beside the label: "optional".
    #[prop(optional, into)]
    marker: MaybeText,
    /// The `type` of the control: `text`, `email`, `password`, `search`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What was typed before.
    #[prop(optional, into)]
    value: MaybeText,
    /// The `autocomplete` token (HTML 4.10.18.7.1), WCAG 1.3.5.
    #[prop(optional, into)]
    autocomplete: MaybeText,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// The most UTF-16 units that can be typed.
    #[prop(optional_no_strip)]
    maxlength: Option<usize>,
    /// The keyboard to show.
    #[prop(optional, into)]
    inputmode: MaybeText,
    /// What stands between the control and its error: the strength of a password.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let frame = Frame::new(id, &name, label, hint, error, marker);
    let control = view! {
        <input
            class="field-control"
            type=kind
            id=frame.id.clone()
            name=name
            value=value.get()
            autocomplete=autocomplete.get()
            required=required
            maxlength=maxlength.map(|max| max.to_string())
            inputmode=inputmode.get()
            aria-describedby=frame.described_by()
            aria-invalid=frame.invalid()
        />
        {children.map(|children| children())}
    };
    frame.around(control.into_any())
}

/// A field of many lines. It grows with its text where the browser can.
#[component]
pub fn TextArea(
    /// The field's name, and its id.
    #[prop(into)]
    name: String,
    /// What to type.
    #[prop(into)]
    label: String,
    /// An id of its own, where the name stands in two forms of a page.
    #[prop(optional, into)]
    id: MaybeText,
    /// A sentence between label and control.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the value.
    #[prop(optional)]
    error: FieldError,
    /// A word beside the label: "optional".
    #[prop(optional, into)]
    marker: MaybeText,
    /// What was typed before.
    #[prop(optional, into)]
    value: MaybeText,
    /// How many lines it shows while empty.
    #[prop(default = 7)]
    rows: u32,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// The most UTF-16 units that can be typed.
    #[prop(optional_no_strip)]
    maxlength: Option<usize>,
) -> impl IntoView {
    let frame = Frame::new(id, &name, label, hint, error, marker);
    // A parser drops one newline after <textarea>, so one is put there for it to drop (HTML 13.1.2.5).
    // It is also what keeps an empty text from being rendered as a space. In the browser nothing is parsed.
    let dropped = if cfg!(feature = "ssr") { "\n" } else { "" };
    let text = format!("{dropped}{}", value.get().unwrap_or_default());
    let control = view! {
        <textarea
            class="field-control"
            id=frame.id.clone()
            name=name
            rows=rows.to_string()
            required=required
            maxlength=maxlength.map(|max| max.to_string())
            aria-describedby=frame.described_by()
            aria-invalid=frame.invalid()
        >
            {text}
        </textarea>
    };
    frame.around(control.into_any())
}

/// One of the values of a [`Select`].
#[derive(Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A value and how it is shown.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of several values.
#[component]
pub fn Select(
    /// The field's name, and its id.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// The values, in order.
    choices: Vec<Choice>,
    /// The value that is chosen.
    #[prop(optional, into)]
    value: MaybeText,
    /// What stands there while nothing is chosen; sends the empty value.
    #[prop(optional, into)]
    prompt: MaybeText,
    /// An id of its own, where the name stands in two forms of a page.
    #[prop(optional, into)]
    id: MaybeText,
    /// A sentence between label and control.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the value.
    #[prop(optional)]
    error: FieldError,
    /// A word beside the label: "optional".
    #[prop(optional, into)]
    marker: MaybeText,
    /// Whether something must be chosen.
    #[prop(optional)]
    required: bool,
    /// Goes along with what people write, where no scripts run.
    #[prop(optional)]
    beside: Option<Beside>,
) -> impl IntoView {
    let frame = Frame::new(id, &name, label, hint, error, marker);
    let chosen = value.get();
    let options = choices
        .into_iter()
        .map(|Choice { value, label }| {
            let selected = chosen.as_ref() == Some(&value);
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect::<Vec<_>>();
    let control = view! {
        <span class="select">
            <select
                class="field-control"
                id=frame.id.clone()
                name=name
                form=move || beside.and_then(Beside::form)
                required=required
                aria-describedby=frame.described_by()
                aria-invalid=frame.invalid()
            >
                {prompt.get().map(|prompt| view! { <option value="">{prompt}</option> })}
                {options}
            </select>
            <Icon icon=Icon::ChevronDown/>
        </span>
    };
    frame.around(control.into_any())
}

/// Yes or no. Its label is its content, so that it may hold a link.
#[component]
pub fn Checkbox(
    /// The field's name, and its id.
    #[prop(into)]
    name: String,
    /// What is sent when it is checked.
    #[prop(default = "yes".to_owned(), into)]
    value: String,
    /// Whether it is checked.
    #[prop(optional)]
    checked: bool,
    /// An id of its own, where the name stands in two forms of a page.
    #[prop(optional, into)]
    id: MaybeText,
    /// A sentence under the label.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with it.
    #[prop(optional)]
    error: FieldError,
    /// Whether it must be checked.
    #[prop(optional)]
    required: bool,
    /// The label.
    children: Children,
) -> impl IntoView {
    let frame = Frame::new(id, &name, String::new(), hint, error, MaybeText::default());
    let (described_by, invalid) = (frame.described_by(), frame.invalid());
    let Frame { id, hint, error, .. } = frame;
    view! {
        <div class="check">
            <input
                class="check-box"
                type="checkbox"
                id=id.clone()
                name=name
                value=value
                checked=checked
                required=required
                aria-describedby=described_by
                aria-invalid=invalid
            />
            <label class="check-label" for=id.clone()>{children()}</label>
            {hint_below(&id, hint)}
            {error_below(&id, error)}
        </div>
    }
    .into_any()
}

/// Files. Works as it is; `FilePicker` adds dropping, pasting and taking one back.
#[component]
pub fn FileField(
    /// The field's name, and its id.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// An id of its own, where the name stands in two forms of a page.
    #[prop(optional, into)]
    id: MaybeText,
    /// The limits, in words.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the files.
    #[prop(optional)]
    error: FieldError,
    /// A word beside the label: "optional".
    #[prop(optional, into)]
    marker: MaybeText,
    /// Whether several may be chosen.
    #[prop(default = true)]
    multiple: bool,
    /// What stands under the control.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let frame = Frame::new(id, &name, label, hint, error, marker);
    let control = view! {
        <div class="file-drop">
            <Icon icon=Icon::Paperclip/>
            <input
                type="file"
                id=frame.id.clone()
                name=name
                multiple=multiple
                aria-describedby=frame.described_by()
                aria-invalid=frame.invalid()
            />
        </div>
        {children.map(|children| children())}
    };
    frame.around(control.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Forms, Refused};

    const HOSTILE: &str = "\n</textarea><script>alert('\"x\"')</script>&amp;";

    fn wrong(name: &str, sentence: &str) -> FieldError {
        let errors = [(name.to_owned(), sentence.to_owned())].into();
        let action = "/x".to_owned();
        let refused = Refused { action, values: Default::default(), errors, notice: String::new() };
        Forms::refused(refused).at("/x").error(name)
    }

    fn html<V: IntoView>(view: impl FnOnce() -> V) -> String {
        Owner::new().with(|| view().into_view().to_html())
    }

    #[test]
    fn what_was_typed_comes_back_as_text() {
        let html = html(|| {
            view! {
                <TextArea name="body" label="Text" value=HOSTILE/>
                <Field name="subject" label="Subject" value=HOSTILE error=wrong("subject", HOSTILE)/>
                <Select name="kind" label="Kind" choices=vec![Choice::new(HOSTILE, HOSTILE)] value=HOSTILE/>
            }
        });
        assert!(!html.contains("<script>"), "{html}");
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        // A double quote inside a value must not end the attribute.
        assert!(html.contains("&quot;x&quot;"), "{html}");
    }

    #[test]
    fn a_text_keeps_its_first_newline() {
        let html = html(|| view! { <TextArea name="body" label="Text" value="\nhello"/> });
        assert!(html.contains(">\n\nhello</textarea>"), "{html}");
    }

    #[test]
    fn the_place_for_an_error_is_always_there() {
        let fine = html(|| view! { <Field name="email" label="Address"/> });
        assert!(fine.contains(r#"id="email-error" hidden"#), "{fine}");
        assert!(fine.contains(r#"aria-describedby="email-error""#), "{fine}");
        assert!(!fine.contains("aria-invalid"), "{fine}");

        let wrong = html(
            || view! { <Field name="email" label="Address" hint="Yours" error=wrong("email", "No address")/> },
        );
        assert!(wrong.contains(r#"aria-describedby="email-hint email-error""#), "{wrong}");
        assert!(wrong.contains(r#"aria-invalid="true""#), "{wrong}");
        assert!(!wrong.contains("hidden"), "{wrong}");
    }
}
