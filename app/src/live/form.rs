//! Forms that are sent without leaving the page.

use leptos::prelude::*;
use tresen_model::Language;

use crate::api::PasskeyFor;
use crate::components::{MaybeText, Notice, NoticeKind};
use crate::form::{Form, Said, State};
use crate::language::shared::live as text;
use crate::live::Echo;
#[cfg(feature = "hydrate")]
use crate::live::drafts;

/// A form. With scripts its server function takes it, and what is wrong is said beside the fields: what was typed
/// stays, the chosen files too, and a second press of the button does nothing. Without scripts the browser sends
/// it to the address of its page, where the same function runs.
#[component]
pub fn LiveForm(
    /// The language to speak.
    language: Language,
    /// The address of the server function.
    to: &'static str,
    /// The path to which a browser without scripts sends it.
    #[prop(into)]
    action: String,
    /// Its state.
    form: Form,
    /// The class of the form.
    #[prop(default = "form")]
    class: &'static str,
    /// Whether it has files.
    #[prop(optional)]
    files: bool,
    /// What is said when it was refused, in place of what the server says.
    #[prop(optional, into)]
    failed: MaybeText,
    /// Its id, where buttons stand beside it.
    #[prop(optional, into)]
    id: MaybeText,
    /// Where its text and its status are shown while they are on their way.
    #[prop(optional)]
    echo: Option<Echo>,
    /// What a passkey is asked for before it is sent, which then is its field `passkey`.
    #[prop(optional)]
    passkey: Option<PasskeyFor>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let state = form.state().clone();
    // A browser's own checks name one field at a time, in the browser's language and away from the field. Without
    // scripts they stay: they keep chosen files from being lost. Nobody is asked for a passkey in vain either.
    let checks_itself = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| checks_itself.set(passkey.is_none()));
    #[cfg(feature = "hydrate")]
    let on_submit = {
        let sender = browser::Sender::new(language, to, passkey, echo, state.clone());
        move |event: leptos::ev::SubmitEvent| sender.submit(&event)
    };
    let place = NodeRef::<leptos::html::Form>::new();
    #[cfg(feature = "hydrate")]
    let on_input = {
        let drafts = drafts::Drafts::new();
        let kept = drafts.clone();
        let refused = form.is_refused();
        Effect::new(move |_| {
            if let Some(form) = place.get()
                && !refused
            {
                kept.restore(&form);
            }
        });
        move |_: leptos::ev::Event| {
            if let Some(form) = place.get_untracked() {
                drafts.keep(&form);
            }
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let on_input = |_: leptos::ev::Event| ();
    #[cfg(not(feature = "hydrate"))]
    let on_submit = move |_: leptos::ev::SubmitEvent| {
        let _ = (language, to, echo);
    };
    let busy = {
        let state = state.clone();
        move || state.read().busy.then_some("true")
    };
    let wrong = {
        let state = state.clone();
        let failed = failed.get();
        move || match &*state.read() {
            State { notice: Some(Said::Wrong(sentence)), errors, .. } => {
                // No field is there to say it beside.
                let of_passkey = passkey.and_then(|_| errors.get("passkey"));
                let sentence = failed.as_ref().or(of_passkey).unwrap_or(sentence).clone();
                Some(view! { <Notice kind=NoticeKind::Error>{sentence}</Notice> }.into_any())
            }
            State { notice: Some(Said::Trouble(sentence)), .. } => {
                let sentence = sentence.clone();
                Some(view! { <Notice kind=NoticeKind::Error>{sentence}</Notice> }.into_any())
            }
            _ => None,
        }
    };
    let underway = {
        let state = state.clone();
        move || match &state.read().notice {
            Some(Said::Underway(sentence)) => Some(sentence.clone()),
            // A form for a passkey says it elsewhere.
            Some(Said::Unsent(sentence)) if passkey.is_none() => Some(sentence.clone()),
            _ => None,
        }
    };
    let progress = move || {
        let sent = state.read().sent?;
        let stop = state.clone();
        let on_click = move |_| stop.update(|state| state.stopped = true);
        Some(
            view! {
                <p class="cluster">
                    <progress
                        class="form-progress"
                        max="1"
                        value=sent.to_string()
                        aria-label=text::sending(language)
                    ></progress>
                    <button type="button" class="button quiet" on:click=on_click>{text::stop(language)}</button>
                </p>
            }
            .into_any(),
        )
    };
    view! {
        <form
            node_ref=place
            id=id.get()
            class=(!class.is_empty()).then_some(class)
            method="post"
            action=action
            enctype=files.then_some("multipart/form-data")
            novalidate=move || checks_itself.get()
            aria-busy=busy
            on:submit=on_submit
            on:input=on_input
        >
            {wrong}
            <p class="form-said" role="status">{underway}</p>
            {progress}
            {children()}
        </form>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use js_sys::Promise;
    use leptos::ev::SubmitEvent;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::prelude::Closure;
    use serde_json::value::RawValue;
    use tresen_model::{Language, Status};
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{
        FormData, HtmlElement, HtmlFormElement, HtmlInputElement, NodeList, ProgressEvent, UrlSearchParams,
        XmlHttpRequest,
    };

    use crate::api::PasskeyFor;
    use crate::form::{Done, Said, State, Unmet};
    use crate::language::shared::{common, live as text};
    use crate::live::{Echo, credential, drafts, prove};
    use crate::navigate::{Navigator, use_navigator};
    use crate::trouble::Unavailable;

    /// The server asks for a proof once; the next ones are for stamps that became old meanwhile.
    const PROOFS: usize = 3;

    /// Poll interval for the Stop button of an upload.
    const STOP: Duration = Duration::from_millis(100);

    /// What a form came to. What a page shows then is read by the part of the app that knows it.
    type Outcome = Result<Done<Box<RawValue>>, Unmet>;

    #[derive(Clone)]
    pub(super) struct Sender {
        language: Language,
        to: &'static str,
        passkey: Option<PasskeyFor>,
        echo: Option<Echo>,
        state: ArcRwSignal<State>,
        navigator: Navigator,
    }

    impl Sender {
        pub(super) fn new(
            language: Language,
            to: &'static str,
            passkey: Option<PasskeyFor>,
            echo: Option<Echo>,
            state: ArcRwSignal<State>,
        ) -> Self {
            Self { language, to, passkey, echo, state, navigator: use_navigator() }
        }

        pub(super) fn submit(&self, event: &SubmitEvent) {
            let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            let Some(form) = form else { return };
            event.prevent_default();
            if self.state.read_untracked().busy {
                return;
            }
            let Ok(data) = FormData::new_with_form(&form) else { return };
            // Which button was pressed is part of the form, and may lead to another function.
            let button = event.submitter();
            if let Some(button) = &button
                && let Some(name) = button.get_attribute("name")
            {
                let value = button.get_attribute("value").unwrap_or_default();
                drop(data.append_with_str(&name, &value));
            }
            let status = button.as_ref().and_then(|button| button.get_attribute("data-status"));
            let status = status.or_else(|| data.get("status").as_string());
            if let Some(echo) = self.echo {
                echo.show(data.get("body").as_string(), status.as_deref().and_then(Status::parse));
            }
            let to = button.and_then(|button| button.get_attribute("data-to"));
            let to = to.unwrap_or_else(|| self.to.to_owned());
            self.state.update(|state| {
                state.busy = true;
                state.stopped = false;
                state.notice = None;
            });
            let typed = drafts::typed(&form);
            let place = self.navigator.place();
            let sender = self.clone();
            spawn_local(async move {
                if let Some(purpose) = sender.passkey {
                    let Some(answer) = credential::signed(purpose).await else {
                        // Cancelled, or none of theirs was there.
                        let notice = Some(Said::Unsent(text::no_passkey(sender.language).to_owned()));
                        sender.state.set(State { notice, ..State::default() });
                        return;
                    };
                    drop(data.set_with_str("passkey", &answer));
                }
                sender.underway(text::sending(sender.language));
                let outcome = sender.send_with_proof(&form, &to, &data).await;
                if sender.state.read_untracked().stopped {
                    let notice = Some(Said::Unsent(text::stopped(sender.language).to_owned()));
                    sender.state.set(State { notice, ..State::default() });
                    sender.drop_echo();
                    return;
                }
                sender.finish(&form, &typed, &place, outcome);
            });
        }

        /// Sends it, with a proof of work when the page or the server wants one.
        async fn send_with_proof(
            &self,
            form: &HtmlFormElement,
            to: &str,
            data: &FormData,
        ) -> Option<Outcome> {
            if prove::is_wanted(form) {
                self.prove(form, data).await;
            }
            let mut outcome = self.send(form, to, data).await;
            for _ in 0..PROOFS {
                let Some(Err(Unmet::Prove { stamp, bits })) = &outcome else { break };
                prove::want(form, stamp, *bits);
                self.prove(form, data).await;
                outcome = self.send(form, to, data).await;
            }
            outcome
        }

        async fn prove(&self, form: &HtmlFormElement, data: &FormData) {
            self.underway(text::proving(self.language));
            prove::put_into(form, data).await;
        }

        fn underway(&self, sentence: &str) {
            self.state.update(|state| state.notice = Some(Said::Underway(sentence.to_owned())));
        }

        /// Not by `fetch`, which does not tell how much was sent.
        async fn send(&self, form: &HtmlFormElement, to: &str, data: &FormData) -> Option<Outcome> {
            let request = XmlHttpRequest::new().ok()?;
            request.open("POST", to).ok()?;
            drop(request.set_request_header("Accept", "application/json"));
            let files = form.enctype() == "multipart/form-data";
            let (state, stoppable) = (self.state.clone(), request.clone());
            // Not when it next moves on: a network that stands still is why people press Stop.
            let stop = move || {
                if state.read_untracked().stopped {
                    drop(stoppable.abort());
                }
            };
            let stopping = set_interval(stop, STOP).ok();
            let state = self.state.clone();
            let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
                if event.length_computable() && event.total() > 0.0 {
                    state.update(|state| state.sent = Some(event.loaded() / event.total()));
                }
            });
            if files && let Ok(upload) = request.upload() {
                upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
            }
            let ended = Promise::new(&mut |ended, _| {
                request.set_onloadend(Some(&ended));
                let sent = if files {
                    request.send_with_opt_form_data(Some(data))
                } else {
                    match UrlSearchParams::new_with_str_sequence_sequence(data) {
                        Ok(query) => {
                            let kind = "application/x-www-form-urlencoded;charset=UTF-8";
                            drop(request.set_request_header("Content-Type", kind));
                            request.send_with_opt_str(Some(&String::from(query.to_string())))
                        }
                        Err(error) => Err(error),
                    }
                };
                drop(sent);
            });
            drop(JsFuture::from(ended).await);
            if let Some(stopping) = stopping {
                stopping.clear();
            }
            self.state.update(|state| state.sent = None);
            let status = request.status().ok()?;
            let answer = request.response_text().ok()??;
            match status {
                200 => serde_json::from_str(&answer).ok().map(Ok),
                400.. => serde_json::from_str(&answer).ok().map(Err),
                _ => None,
            }
        }

        /// `place` is where the form was sent. A reader who has gone elsewhere since is not fetched back.
        fn finish(
            &self,
            form: &HtmlFormElement,
            typed: &drafts::Typed,
            place: &str,
            outcome: Option<Outcome>,
        ) {
            let language = self.language;
            let left = self.navigator.has_left(place);
            match outcome {
                Some(Ok(Done::Go(address))) => {
                    // The page may be the same again, and its fields with it. What was typed since stays.
                    if drafts::typed(form) == *typed {
                        drafts::forget(form, place);
                        form.reset();
                    }
                    self.quiet();
                    if left {
                        self.navigator.forget_ahead();
                    } else {
                        self.navigator.go(&address);
                    }
                }
                Some(Ok(Done::Enter(address))) => {
                    drafts::forget(form, place);
                    self.navigator.load(&address);
                }
                Some(Ok(Done::Show(shown))) => {
                    drafts::forget(form, place);
                    self.quiet();
                    if left {
                        self.navigator.forget_ahead();
                    } else {
                        self.navigator.show(shown.get());
                    }
                }
                Some(Ok(Done::ShowAs { visit, shown })) => {
                    self.quiet();
                    self.navigator.show_as(visit, shown.get());
                }
                Some(Err(Unmet::Refused { errors, notice, .. })) => self.wrong(form, errors, notice),
                // It was not taken. What was typed is kept as a draft.
                Some(Err(Unmet::Unavailable(Unavailable::Go(_) | Unavailable::Confirm))) if left => {
                    self.quiet()
                }
                Some(Err(Unmet::Unavailable(Unavailable::Go(address)))) => {
                    self.quiet();
                    self.navigator.go(&address);
                }
                Some(Err(Unmet::Unavailable(Unavailable::Confirm))) => {
                    self.quiet();
                    self.navigator.confirm();
                }
                Some(Err(Unmet::Unavailable(Unavailable::SignIn))) => {
                    // What was typed would be lost on the way to the sign-in page.
                    self.trouble(common::logged_out_meanwhile(language).to_owned());
                }
                Some(Err(Unmet::Unavailable(Unavailable::Trouble { trouble, .. }))) => {
                    self.trouble(trouble.sentence(language));
                }
                Some(Err(Unmet::Prove { .. })) | None => {
                    self.trouble(text::no_connection(language).to_owned());
                }
            }
        }

        fn drop_echo(&self) {
            if let Some(echo) = self.echo {
                echo.show(None, None);
            }
        }

        /// It could not be taken, whatever stands in it, and everything stays.
        fn trouble(&self, sentence: String) {
            self.drop_echo();
            self.state.set(State { notice: Some(Said::Trouble(sentence)), ..State::default() });
        }

        fn quiet(&self) {
            self.state.set(State::default());
        }

        fn wrong(&self, form: &HtmlFormElement, errors: BTreeMap<String, String>, notice: String) {
            self.drop_echo();
            let passwords = form.query_selector_all("input[type=password]").ok();
            for index in 0..passwords.as_ref().map_or(0, NodeList::length) {
                let input = passwords.as_ref().and_then(|passwords| passwords.item(index));
                if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
                    && errors.contains_key(&input.name())
                {
                    // A wrong password is typed anew.
                    input.set_value("");
                }
            }
            let notice = Some(Said::Wrong(notice));
            self.state.set(State { errors, notice, ..State::default() });
            let form = form.clone();
            let _ = request_animation_frame(move || {
                let first = form.query_selector("[aria-invalid=true]").ok().flatten();
                if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
                    drop(first.focus());
                }
            });
        }
    }
}
