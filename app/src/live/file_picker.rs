//! Dropping and pasting files, and taking one back.

use leptos::prelude::*;
use tresen_model::Language;

/// Around a file field: lists what was chosen, lets files be dropped and pictures be pasted
/// anywhere in the form, and keeps to the limits before anything is sent.
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
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            browser::attach(&place, browser::Limits { language, max_files, max_bytes });
        }
    });
    let _ = (language, max_files, max_bytes);
    view! { <div class="file-picker" node_ref=place>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::wasm_bindgen::JsCast;
    use leptos::wasm_bindgen::prelude::Closure;
    use tresen_model::Language;
    use web_sys::{
        ClipboardEvent, DataTransfer, Document, DragEvent, Element, Event, EventTarget, File, FileList,
        HtmlElement, HtmlInputElement,
    };

    use crate::language::live as text;

    #[derive(Clone, Copy)]
    pub(super) struct Limits {
        pub(super) language: Language,
        pub(super) max_files: usize,
        pub(super) max_bytes: u64,
    }

    /// The parts of the page that work together.
    #[derive(Clone)]
    struct Picker {
        limits: Limits,
        document: Document,
        input: HtmlInputElement,
        /// What is lit up while a file is held over the form.
        zone: Element,
        list: Element,
        note: Element,
        /// What was chosen before a new choice replaced it.
        chosen: std::rc::Rc<std::cell::RefCell<Vec<File>>>,
    }

    pub(super) fn attach(place: &HtmlElement, limits: Limits) {
        let Some(picker) = Picker::new(place, limits) else { return };
        let form = place.closest("form").ok().flatten();
        let zone: EventTarget = form.map_or_else(|| place.clone().into(), Into::into);
        let on = |target: &EventTarget, name: &str, act: Box<dyn FnMut(Event)>| {
            let closure = Closure::wrap(act);
            drop(target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
            // Lives as long as the page.
            closure.forget();
        };
        let choose = picker.clone();
        on(picker.input.as_ref(), "change", Box::new(move |_| choose.add(files_of(choose.input.files()))));
        let emptied = picker.clone();
        on(
            &zone,
            "reset",
            Box::new(move |_| {
                emptied.chosen.borrow_mut().clear();
                emptied.note.set_text_content(None);
                emptied.show();
            }),
        );
        let over = picker.clone();
        on(
            &zone,
            "dragover",
            Box::new(move |event| {
                event.prevent_default();
                drop(over.zone.class_list().add_1("over"));
            }),
        );
        let leave = picker.clone();
        on(&zone, "dragleave", Box::new(move |_| drop(leave.zone.class_list().remove_1("over"))));
        let dropped = picker.clone();
        on(
            &zone,
            "drop",
            Box::new(move |event| {
                event.prevent_default();
                drop(dropped.zone.class_list().remove_1("over"));
                let files = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
                dropped.add(files_of(files.and_then(|files| files.files())));
            }),
        );
        on(
            &zone,
            "paste",
            Box::new(move |event| {
                let pasted = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
                let Some(pasted) = pasted else { return };
                // Spreadsheets and office programs put a picture of the words beside the words.
                if is_text_field(&event) && pasted.get_data("text/plain").is_ok_and(|text| !text.is_empty()) {
                    return;
                }
                let files = files_of(pasted.files());
                if !files.is_empty() {
                    event.prevent_default();
                    picker.paste(files);
                }
            }),
        );
    }

    fn is_text_field(event: &Event) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| target.matches("textarea, input:not([type=file])").unwrap_or_default())
    }

    fn files_of(list: Option<FileList>) -> Vec<File> {
        let Some(list) = list else { return Vec::new() };
        (0..list.length()).filter_map(|index| list.get(index)).collect()
    }

    impl Picker {
        fn new(place: &HtmlElement, limits: Limits) -> Option<Self> {
            let document = place.owner_document()?;
            let input = place.query_selector("input[type=file]").ok()??.dyn_into().ok()?;
            let element = |name: &str, class: &str| {
                let element = document.create_element(name).ok()?;
                element.set_attribute("class", class).ok()?;
                place.append_child(&element).ok()?;
                Some(element)
            };
            let tip = element("p", "muted small")?;
            tip.set_text_content(Some(text::drop_here(limits.language)));
            let list = element("ul", "file-list")?;
            list.set_attribute("aria-label", text::chosen_files(limits.language)).ok()?;
            let note = element("p", "small")?;
            note.set_attribute("role", "status").ok()?;
            let chosen = Default::default();
            let zone = place.query_selector(".file-drop").ok()??;
            Some(Self { limits, document, input, zone, list, note, chosen })
        }

        /// Adds to what was chosen before, as far as the limits allow. A file that is chosen twice is one.
        fn add(&self, files: Vec<File>) {
            let known = |old: &File, file: &File| {
                old.name() == file.name()
                    && old.size() == file.size()
                    && old.last_modified() == file.last_modified()
            };
            self.take(files, known);
        }

        /// The same for what was pasted: it has no name of its own, so two of one name and size are two.
        fn paste(&self, files: Vec<File>) {
            self.take(files, |_, _| false);
        }

        fn take(&self, files: Vec<File>, known: fn(&File, &File) -> bool) {
            let mut note = None;
            {
                let mut chosen = self.chosen.borrow_mut();
                for file in files {
                    if chosen.iter().any(|old| known(old, &file)) {
                        continue;
                    }
                    let sum: f64 = chosen.iter().map(|old| old.size()).sum();
                    if chosen.len() >= self.limits.max_files {
                        note = Some(text::too_many_files(self.limits.language, self.limits.max_files));
                    } else if sum + file.size() > self.limits.max_bytes as f64 {
                        note = Some(text::files_too_large(self.limits.language, self.limits.max_bytes));
                    } else {
                        chosen.push(file);
                    }
                }
            }
            self.note.set_text_content(note.as_deref());
            self.show();
        }

        /// Puts what is chosen into the field and the list.
        fn show(&self) {
            let chosen = self.chosen.borrow();
            if let Ok(transfer) = DataTransfer::new() {
                for file in chosen.iter() {
                    drop(transfer.items().add_with_file(file));
                }
                self.input.set_files(transfer.files().as_ref());
            }
            self.list.set_text_content(None);
            for (index, file) in chosen.iter().enumerate() {
                let _ = self.line(index, file);
            }
        }

        fn line(&self, index: usize, file: &File) -> Option<()> {
            let line = self.document.create_element("li").ok()?;
            let part = |name: &str, class: &str, words: &str| {
                let part = self.document.create_element(name).ok()?;
                part.set_attribute("class", class).ok()?;
                part.set_text_content(Some(words));
                line.append_child(&part).ok()?;
                Some(part)
            };
            part("span", "file-name", &file.name())?;
            part("span", "file-size", &text::size(self.limits.language, file.size() as u64))?;
            let remove = text::remove(self.limits.language);
            let button = part("button", "button quiet", remove)?;
            button.set_attribute("type", "button").ok()?;
            button.set_attribute("aria-label", &format!("{remove}: {}", file.name())).ok()?;
            let picker = self.clone();
            let act = Closure::<dyn FnMut()>::once_into_js(move || {
                picker.chosen.borrow_mut().remove(index);
                picker.show();
                drop(picker.input.focus());
            });
            button.add_event_listener_with_callback("click", act.unchecked_ref()).ok()?;
            self.list.append_child(&line).ok()?;
            Some(())
        }
    }
}
