//! The words of a mail: template files, the operator's own among them.
//!
//! A template is a text file, `en/reply.txt` or `de/reply.txt`: its first line is
//! `Subject: …`, then come a blank line and the signs that [`markup`](super::markup) knows.
//! `{{ number }}` and `{% if subject %}` are those of Jinja. The text part and the HTML part
//! are both made of it; `layout.html` goes around the second.
//!
//! Values are text and never anything else: they are not evaluated, no sign in them means
//! anything, and every character is escaped in HTML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::Value as Json;
use tresen_model::Language;

use super::markup::{self, Accent, Block, CLOSE, Document, OPEN};
use crate::outbox::kinds::{MailContext, MailKind};

const LAYOUT: &str = "layout.html";
const BUILT_IN_LAYOUT: &str = include_str!("../../templates/mail/layout.html");

/// What `layout.html` is given.
const LAYOUT_FIELDS: &[&str] = &["language", "subject", "desk_name", "accent", "body", "footer"];

/// A mail in words. Personal data, so there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain text part; lines end in `\n`.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
}

/// Why there are no templates, or no mail. Holds nothing of what the mail was to say.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A template is wrong, or a file is none.
    #[error("mail template {file}{}: {reason}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Broken {
        /// The operator's file with its folder, or the name of a built-in one.
        file: String,
        /// The line, where one is to blame.
        line: Option<usize>,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A template or its folder cannot be read.
    #[error("mail template {file}: {source}")]
    Unreadable {
        /// The file or folder.
        file: String,
        /// Why not.
        source: io::Error,
    },
    /// The mail was asked for without something that it cannot do without.
    #[error("the mail `{}` needs `{field}`", kind.as_str())]
    Missing {
        /// Which mail.
        kind: MailKind,
        /// The field of [`MailContext`].
        field: &'static str,
    },
    /// A link that is not an absolute `http` or `https` address.
    #[error("the mail `{}` has a `{field}` that is no link", kind.as_str())]
    Link {
        /// Which mail.
        kind: MailKind,
        /// The field of [`MailContext`].
        field: String,
    },
}

/// The templates of all mails in all languages, every one tried out.
pub struct Templates {
    words: Environment<'static>,
    /// Apart, so that no text template can reach into the HTML.
    layout: Environment<'static>,
    /// Where each template came from, by its name.
    files: BTreeMap<String, String>,
}

impl Templates {
    /// Reads the built-in templates and, where the folder has a file of the same name
    /// (`de/reply.txt`, `layout.html`), the operator's instead. Then every template is rendered
    /// with sample values, once with all that it may be given and once with the least, so that
    /// a mistake shows at the start and not in a customer's mailbox.
    ///
    /// # Errors
    /// [`TemplateError::Broken`] names file, line and mistake; a `.txt` or `.html` file that no
    /// mail would use is one too. [`TemplateError::Unreadable`] where reading fails.
    pub fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        if let Some(folder) = overrides {
            refuse_strangers(folder)?;
        }
        let mut templates = Self { words: words(), layout: layout(), files: BTreeMap::new() };
        templates.add(LAYOUT.to_owned(), BUILT_IN_LAYOUT, overrides)?;
        for (kind, language) in every() {
            templates.add(file_name(kind, language), kind.built_in(language), overrides)?;
        }
        templates.check_layout()?;
        for (kind, language) in every() {
            templates.check(kind, language)?;
        }
        Ok(templates)
    }

    /// Returns the templates that come with the program, each with the name of its file in a folder of
    /// overrides.
    pub fn built_in() -> impl Iterator<Item = (String, &'static str)> {
        let mails = every().map(|(kind, language)| (file_name(kind, language), kind.built_in(language)));
        std::iter::once((LAYOUT.to_owned(), BUILT_IN_LAYOUT)).chain(mails)
    }

    /// Writes one mail.
    ///
    /// # Errors
    /// [`TemplateError::Missing`] and [`TemplateError::Link`] for a wrong context;
    /// [`TemplateError::Broken`] where an operator's template fails in a way that the trial at
    /// [`load`](Self::load) did not meet.
    pub fn render(
        &self,
        kind: MailKind,
        language: Language,
        context: &MailContext,
    ) -> Result<Rendered, TemplateError> {
        let name = file_name(kind, language);
        let values = values(kind, context)?;
        let (subject, document) = self.fill(&name, &values, false)?;
        let accent = Accent::new(context.accent.as_deref());
        let html = self
            .layout
            .get_template(LAYOUT)
            .and_then(|layout| {
                layout.render(context! {
                    language => language.tag(),
                    subject => &subject,
                    desk_name => markup::without_signs(&markup::one_line(&context.desk_name)),
                    accent => &accent.color,
                    body => Value::from_safe_string(markup::to_html(&document.blocks, &accent)),
                    footer => Value::from_safe_string(markup::to_html(&document.footer, &accent)),
                })
            })
            .map_err(|error| self.broken(LAYOUT, &error, false))?;
        Ok(Rendered { subject, text: markup::to_text(&document), html })
    }

    fn add(&mut self, name: String, built_in: &str, overrides: Option<&Path>) -> Result<(), TemplateError> {
        let (file, source) = match overrides.map(|folder| read(&folder.join(&name))).transpose()?.flatten() {
            Some(own) => own,
            None => (format!("built-in {name}"), built_in.to_owned()),
        };
        let source = source.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
        if let Some(line) = source.split('\n').position(|line| line.contains([OPEN, CLOSE])) {
            let reason = "U+FDD0 and U+FDD1 are no characters for a text".to_owned();
            return Err(TemplateError::Broken { file, line: Some(line + 1), reason });
        }
        self.files.insert(name.clone(), file);
        self.environment_mut(&name)
            .add_template_owned(name.clone(), source)
            .map_err(|error| self.broken(&name, &error, true))
    }

    /// Renders a template and takes it apart.
    fn fill(&self, name: &str, values: &Values, sample: bool) -> Result<(String, Document), TemplateError> {
        let rendered = self
            .words
            .get_template(name)
            .and_then(|template| template.render(plain(values)))
            .map_err(|error| self.broken(name, &error, sample))?;
        let (subject, document) = markup::parse(&rendered);
        let subject = subject.filter(|subject| !subject.is_empty()).ok_or_else(|| {
            self.mistake(name, Some(1), "the first line has to be `Subject: ` and what the mail is about")
        })?;
        if document.blocks.is_empty() {
            return Err(self.mistake(name, None, "there is nothing after the subject"));
        }
        for block in document.blocks.iter().chain(&document.footer) {
            if let Block::Button { label, url } = block
                && !(is_link(url) || url.starts_with("mailto:"))
            {
                let line = self.line_of(name, "](");
                let reason = if sample {
                    format!("the button `{label}` needs an address that begins with http:// or https://")
                } else {
                    "a button needs an address that begins with http:// or https://".to_owned()
                };
                return Err(self.mistake(name, line, &reason));
            }
        }
        Ok((subject, document))
    }

    fn check(&self, kind: MailKind, language: Language) -> Result<(), TemplateError> {
        let name = file_name(kind, language);
        self.check_names(
            &name,
            |field| kind.sees(field),
            || [&["desk_name"], kind.needs(), kind.may()].concat().join(", "),
        )?;
        let full = values(kind, &MailContext::sample())?;
        let mut least = seen(kind, &MailContext::default());
        for field in ["desk_name"].iter().chain(kind.needs()) {
            if let Some(value) = full.get(*field) {
                least.insert((*field).to_owned(), value.clone());
            }
        }
        for values in [&least, &full] {
            let (subject, document) = self.fill(&name, values, true)?;
            let said = format!("{subject}\n{}", markup::to_text(&document));
            // How long a link works may be said in hours, too.
            let unsaid = kind.needs().iter().filter(|field| **field != "valid_for").find(|field| {
                values.get(**field).and_then(Json::as_str).is_some_and(|value| !said.contains(value))
            });
            if let Some(field) = unsaid {
                let reason = format!("the mail is of no use without `{{{{ {field} }}}}`");
                return Err(self.mistake(&name, None, &reason));
            }
        }
        self.render(kind, language, &MailContext::sample()).map(drop)
    }

    fn check_layout(&self) -> Result<(), TemplateError> {
        self.check_names(LAYOUT, |field| LAYOUT_FIELDS.contains(&field), || LAYOUT_FIELDS.join(", "))?;
        for part in ["body", "footer"] {
            let names = self.layout.get_template(LAYOUT).map(|layout| layout.undeclared_variables(false));
            if !names.is_ok_and(|names| names.contains(part)) {
                let reason = format!("the layout is of no use without `{{{{ {part} }}}}`");
                return Err(self.mistake(LAYOUT, None, &reason));
            }
        }
        Ok(())
    }

    /// Finds names that the template would not be given, in parts too that no trial reaches.
    fn check_names(
        &self,
        name: &str,
        known: impl Fn(&str) -> bool,
        list: impl Fn() -> String,
    ) -> Result<(), TemplateError> {
        let Ok(template) = self.environment(name).get_template(name) else {
            return Err(self.mistake(name, None, "not found"));
        };
        let functions = ["range", "dict", "namespace", "debug", "loop"];
        let mut unknown = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|field| !known(field) && !functions.contains(&field.as_str()))
            .map(|field| (self.line_of(name, &field), field))
            .collect::<Vec<_>>();
        unknown.sort();
        match unknown.first() {
            Some((line, field)) => {
                let reason = format!("`{field}` is not known here; known are {}", list());
                Err(self.mistake(name, *line, &reason))
            }
            None => Ok(()),
        }
    }

    fn environment(&self, name: &str) -> &Environment<'static> {
        if name == LAYOUT { &self.layout } else { &self.words }
    }

    fn environment_mut(&mut self, name: &str) -> &mut Environment<'static> {
        if name == LAYOUT { &mut self.layout } else { &mut self.words }
    }

    /// The first line of a template's source with this in it.
    fn line_of(&self, name: &str, part: &str) -> Option<usize> {
        let template = self.environment(name).get_template(name).ok()?;
        template.source().split('\n').position(|line| line.contains(part)).map(|line| line + 1)
    }

    fn mistake(&self, name: &str, line: Option<usize>, reason: &str) -> TemplateError {
        let file = self.files.get(name).cloned().unwrap_or_else(|| name.to_owned());
        TemplateError::Broken { file, line, reason: reason.to_owned() }
    }

    /// Details of an error can quote a value: only those of a trial with samples are told.
    fn broken(&self, name: &str, error: &Error, sample: bool) -> TemplateError {
        let reason = match error.detail() {
            Some(detail) if sample => format!("{}: {detail}", error.kind()),
            _ => error.kind().to_string(),
        };
        self.mistake(error.name().unwrap_or(name), error.line(), &reason)
    }
}

type Values = BTreeMap<String, Json>;

/// Every field that the templates of a kind see, as it stands in the context.
fn seen(kind: MailKind, context: &MailContext) -> Values {
    match serde_json::to_value(context) {
        Ok(Json::Object(all)) => all.into_iter().filter(|(field, _)| kind.sees(field)).collect(),
        // Strings, numbers and truth values only: this does not happen, and would be told as missing.
        _ => Values::new(),
    }
}

/// What the templates of a kind are given: complete, links checked, one line where one line is due.
fn values(kind: MailKind, context: &MailContext) -> Result<Values, TemplateError> {
    let mut values = seen(kind, context);
    for (field, value) in &mut values {
        if let Json::String(text) = value {
            if field.ends_with("_url") && !is_link(text) {
                return Err(TemplateError::Link { kind, field: field.clone() });
            }
            if !matches!(field.as_str(), "reply_text" | "receipt") {
                *text = markup::one_line(text);
            }
        }
    }
    for field in ["desk_name"].iter().chain(kind.needs()) {
        match values.get(*field) {
            None | Some(Json::Null) => return Err(TemplateError::Missing { kind, field }),
            Some(Json::String(text)) if text.is_empty() => {
                return Err(TemplateError::Missing { kind, field });
            }
            Some(_) => {}
        }
    }
    Ok(values)
}

fn plain(values: &Values) -> Value {
    Value::from_pairs(values.iter().map(|(field, value)| {
        let value = match value {
            Json::String(text) => Value::from(text),
            Json::Bool(truth) => Value::from(*truth),
            Json::Number(number) => number.as_u64().map_or(Value::from(()), Value::from),
            Json::Null | Json::Array(_) | Json::Object(_) => Value::from(()),
        };
        (field.as_str(), value)
    }))
}

/// Whether this is an absolute web address in ASCII, as the desk writes them.
fn is_link(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn words() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, _, value| {
        refuse_missing(value)?;
        if !matches!(value.kind(), ValueKind::String | ValueKind::Number | ValueKind::Bool) {
            return Err(Error::new(ErrorKind::InvalidOperation, "only text and numbers can be written"));
        }
        let text = markup::without_signs(&value.to_string());
        write!(out, "{OPEN}{text}{CLOSE}").map_err(Error::from)
    });
    environment
}

fn layout() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, state, value| {
        refuse_missing(value)?;
        minijinja::escape_formatter(out, state, value)
    });
    environment
}

/// What is left out would be written as `none`.
fn refuse_missing(value: &Value) -> Result<(), Error> {
    if value.is_none() {
        let reason = "this value can be missing; put `{% if … %}` around it";
        return Err(Error::new(ErrorKind::UndefinedError, reason));
    }
    Ok(())
}

fn every() -> impl Iterator<Item = (MailKind, Language)> {
    MailKind::ALL.iter().flat_map(|kind| Language::ALL.iter().map(|language| (*kind, *language)))
}

fn file_name(kind: MailKind, language: Language) -> String {
    format!("{}/{}.txt", language.tag(), kind.as_str())
}

/// Reads an operator's template; `None` where there is none.
fn read(path: &Path) -> Result<Option<(String, String)>, TemplateError> {
    let file = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(source) => Ok(Some((file, source))),
            Err(error) => {
                let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(TemplateError::Broken { file, line: Some(line), reason: "not UTF-8".to_owned() })
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TemplateError::Unreadable { file, source }),
    }
}

/// A misspelt name would leave the built-in template in use without a word.
fn refuse_strangers(folder: &Path) -> Result<(), TemplateError> {
    let known = every()
        .map(|(kind, language)| file_name(kind, language))
        .chain([LAYOUT.to_owned()])
        .map(|name| folder.join(name))
        .collect::<Vec<PathBuf>>();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = |source| TemplateError::Unreadable { file: folder.display().to_string(), source };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let template = path.extension().is_some_and(|ending| ending == "txt" || ending == "html");
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if hidden {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if template && !known.contains(&path) {
                let languages = Language::ALL.iter().map(|l| l.tag()).collect::<Vec<_>>().join(", ");
                let kinds = MailKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "no mail uses this file; the names are {LAYOUT} and LANGUAGE/MAIL.txt, \
                     where LANGUAGE is one of {languages} and MAIL one of {kinds}"
                );
                return Err(TemplateError::Broken { file: path.display().to_string(), line: None, reason });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
