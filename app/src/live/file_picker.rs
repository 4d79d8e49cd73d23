//! Dropping and pasting files, and taking one back.

use leptos::prelude::*;
use tresen_model::Language;

use crate::language::shared::live as text;

/// A file that is about to be sent.
#[derive(Clone, PartialEq)]
struct Chosen {
    name: String,
    /// Bytes.
    size: u64,
}

/// Around a file field: lists what was chosen, lets files be dropped and pictures be pasted anywhere in the form, and
/// keeps to the limits before anything is sent.
#[component]
pub fn FilePicker(
    /// The language to speak.
    language: Language,
    /// How many files may be sent.
    max_files: usize,
    /// How many bytes they may have together.
    max_bytes: u64,
    /// The field.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    let able = RwSignal::new(false);
    let chosen = RwSignal::new(Vec::<Chosen>::new());
    let note = RwSignal::new(None::<String>);
    #[cfg(feature = "hydrate")]
    let remove = {
        let limits = browser::Limits { language, max_files, max_bytes };
        let picker = browser::Picker::new(limits, chosen, note);
        Effect::new(move |_| {
            if let Some(place) = place.get() {
                picker.attach(&place);
                able.set(true);
            }
        });
        move |index: usize| picker.remove(index)
    };
    #[cfg(not(feature = "hydrate"))]
    let remove = move |_: usize| {
        let _ = (max_files, max_bytes);
    };
    let lines = move || {
        let lines = chosen.get().into_iter().enumerate();
        lines.map(move |(index, file)| line(language, file, index, remove)).collect::<Vec<_>>()
    };
    view! {
        <div class="file-picker" node_ref=place>
            {children()}
            <p class="muted small">{move || able.get().then(|| text::drop_here(language))}</p>
            <ul class="file-list" aria-label=text::chosen_files(language)>{lines}</ul>
            <p class="small" role="status">{move || note.get()}</p>
        </div>
    }
    .into_any()
}

fn line(language: Language, file: Chosen, index: usize, remove: impl Fn(usize) + 'static) -> AnyView {
    let Chosen { name, size } = file;
    let label = text::remove(language);
    let about = format!("{label}: {name}");
    view! {
        <li>
            <span class="file-name">{name}</span>
            <span class="file-size">{text::size(language, size)}</span>
            <button type="button" class="button quiet" aria-label=about on:click=move |_| remove(index)>
                {label}
            </button>
        </li>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::prelude::Closure;
    use tresen_model::Language;
    use web_sys::{
        ClipboardEvent, DataTransfer, DragEvent, Element, Event, EventTarget, File, FileList, HtmlElement,
        HtmlInputElement,
    };

    use super::Chosen;
    use crate::language::shared::live as text;

    #[derive(Clone, Copy)]
    pub(super) struct Limits {
        pub(super) language: Language,
        pub(super) max_files: usize,
        pub(super) max_bytes: u64,
    }

    /// The files, and where they are shown.
    #[derive(Clone, Copy)]
    pub(super) struct Picker {
        limits: Limits,
        input: StoredValue<Option<HtmlInputElement>, LocalStorage>,
        files: StoredValue<Vec<File>, LocalStorage>,
        chosen: RwSignal<Vec<Chosen>>,
        note: RwSignal<Option<String>>,
    }

    impl Picker {
        pub(super) fn new(
            limits: Limits,
            chosen: RwSignal<Vec<Chosen>>,
            note: RwSignal<Option<String>>,
        ) -> Self {
            let input = StoredValue::new_local(None);
            Self { limits, input, files: StoredValue::new_local(Vec::new()), chosen, note }
        }

        /// Listens in the form around it, as long as the view is there.
        pub(super) fn attach(&self, place: &HtmlElement) {
            let input = place.query_selector("input[type=file]").ok().flatten();
            let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
                return;
            };
            // The page may have been made anew around a field in which something was chosen before.
            self.files.set_value(files_of(input.files()));
            self.input.set_value(Some(input.clone()));
            self.show();
            let light = place.query_selector(".file-drop").ok().flatten();
            let lit = move |over: bool| {
                if let Some(light) = &light {
                    drop(light.class_list().toggle_with_force("over", over));
                }
            };
            let form = place.closest("form").ok().flatten();
            let zone: EventTarget = form.map_or_else(|| place.clone().into(), Into::into);
            let (picker, field) = (*self, input.clone());
            on(&input, "change", move |_| picker.add(files_of(field.files())));
            let over = lit.clone();
            on(&zone, "dragover", move |event| {
                event.prevent_default();
                over(true);
            });
            let left = lit.clone();
            on(&zone, "dragleave", move |_| left(false));
            let picker = *self;
            on(&zone, "drop", move |event| {
                event.prevent_default();
                lit(false);
                let dropped = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
                picker.add(files_of(dropped.and_then(|dropped| dropped.files())));
            });
            let picker = *self;
            on(&zone, "paste", move |event| picker.pasted(event));
            let picker = *self;
            on(&zone, "reset", move |_| {
                picker.files.set_value(Vec::new());
                picker.note.set(None);
                picker.show();
            });
        }

        fn pasted(&self, event: &Event) {
            let pasted = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            let Some(pasted) = pasted else { return };
            // Spreadsheets and office programs put a picture of the words beside the words.
            if is_text_field(event) && pasted.get_data("text/plain").is_ok_and(|text| !text.is_empty()) {
                return;
            }
            let files = files_of(pasted.files());
            if !files.is_empty() {
                event.prevent_default();
                // What is pasted has no name of its own, so two of one name and size are two.
                self.take(files, |_, _| false);
            }
        }

        /// Adds to what was chosen before, as far as the limits allow. A file that is chosen twice is one.
        fn add(&self, files: Vec<File>) {
            self.take(files, |old, file| {
                old.name() == file.name()
                    && old.size() == file.size()
                    && old.last_modified() == file.last_modified()
            });
        }

        fn take(&self, files: Vec<File>, known: fn(&File, &File) -> bool) {
            let Limits { language, max_files, max_bytes } = self.limits;
            let mut note = None;
            self.files.update_value(|chosen| {
                for file in files {
                    if chosen.iter().any(|old| known(old, &file)) {
                        continue;
                    }
                    let sum: f64 = chosen.iter().map(|old| old.size()).sum();
                    if chosen.len() >= max_files {
                        note = Some(text::too_many_files(language, max_files));
                    } else if sum + file.size() > max_bytes as f64 {
                        note = Some(text::files_too_large(language, max_bytes));
                    } else {
                        chosen.push(file);
                    }
                }
            });
            self.note.set(note);
            self.show();
        }

        pub(super) fn remove(&self, index: usize) {
            self.files.update_value(|files| drop(files.remove(index)));
            self.note.set(None);
            self.show();
            if let Some(input) = self.input.get_value() {
                drop(input.focus());
            }
        }

        /// Puts what is chosen into the field and the list.
        fn show(&self) {
            let files = self.files.get_value();
            if let (Ok(transfer), Some(input)) = (DataTransfer::new(), self.input.get_value()) {
                for file in &files {
                    drop(transfer.items().add_with_file(file));
                }
                input.set_files(transfer.files().as_ref());
            }
            let shown = files.iter().map(|file| Chosen { name: file.name(), size: file.size() as u64 });
            self.chosen.set(shown.collect());
        }
    }

    fn files_of(list: Option<FileList>) -> Vec<File> {
        let Some(list) = list else { return Vec::new() };
        (0..list.length()).filter_map(|index| list.get(index)).collect()
    }

    fn is_text_field(event: &Event) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| target.matches("textarea, input:not([type=file])").unwrap_or_default())
    }

    /// Calls `act` for each event, as long as the view is there.
    fn on(target: &EventTarget, name: &'static str, act: impl Fn(&Event) + 'static) {
        let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| act(&event));
        drop(target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
        let listening = StoredValue::new_local((target.clone(), closure));
        on_cleanup(move || {
            listening.try_with_value(|(target, closure)| {
                drop(target.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
            });
        });
    }
}
