//! One comment of a conversation.

use leptos::prelude::*;
use tresen_model::{AuthorKind, Visibility};

use super::{Icon, MaybeText, NavLink, TextWithLinks, Time, When};

/// On which side a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentSide {
    /// The reader's own side: right, in the accent's tint.
    Ours,
    /// The other side: left, on white.
    Theirs,
    /// A note among agents.
    Note,
}

impl CommentSide {
    /// Where a comment stands for a reader. For an agent, every agent is on the reader's side.
    pub const fn of(author: AuthorKind, visibility: Visibility, reader_is_staff: bool) -> Self {
        match (visibility, author, reader_is_staff) {
            (Visibility::Internal, _, _) => Self::Note,
            (_, AuthorKind::Customer, false) | (_, AuthorKind::Agent, true) => Self::Ours,
            _ => Self::Theirs,
        }
    }
}

/// A file that came with a comment.
#[derive(Clone)]
pub struct AttachmentLine {
    /// Where it is.
    pub href: String,
    /// Its name, as typed.
    pub name: String,
    /// Its size, in words.
    pub size: String,
    /// What is shown of a picture.
    pub preview: Option<AttachmentPreview>,
    /// Why it cannot be had, in words: then it is no link.
    pub withheld: Option<String>,
}

/// What is shown of a picture that came with a comment.
#[derive(Clone)]
pub struct AttachmentPreview {
    /// Where it is.
    pub src: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What to call it, for screen readers.
    pub alt: String,
}

/// What a comment that came by mail has beside its text.
#[derive(Default)]
pub struct MailParts {
    /// Small facts in the head: "by mail".
    pub tags: Vec<String>,
    /// What the mail quoted and how it was signed: what to call it, and the text.
    pub rest: Option<(String, String)>,
    /// Where it can be seen as it was formatted, and what to call that.
    pub formatted: Option<NavLink>,
    /// What the reader should know about it.
    pub remarks: Vec<String>,
    /// What can be done with it.
    pub actions: Option<AnyView>,
}

/// What became of the mail with an answer.
pub struct DeliveryLine {
    /// What the line is about: "Mail:".
    pub label: &'static str,
    /// Where the mail stands, and why.
    pub state: String,
    /// Whether it has not arrived.
    pub trouble: bool,
    /// The form that has it sent again.
    pub again: Option<AnyView>,
}

/// A comment: who, when, what, and the files.
#[component]
pub fn Comment(
    /// The id of the element, to link to: `c-…`.
    #[prop(into)]
    id: String,
    /// Which side.
    side: CommentSide,
    /// Who wrote it: a name, or words for "you" or "no name".
    #[prop(into)]
    author: String,
    /// In what part: "Support", "Internal note".
    #[prop(optional, into)]
    part: MaybeText,
    /// When.
    written: When,
    /// The text, as typed.
    #[prop(into)]
    body: String,
    /// The files.
    #[prop(optional)]
    attachments: Vec<AttachmentLine>,
    /// What it has because it came by mail.
    #[prop(optional)]
    mail: MailParts,
    /// What became of its mail.
    #[prop(optional_no_strip)]
    delivery: Option<DeliveryLine>,
) -> impl IntoView {
    let class = match side {
        CommentSide::Ours => "comment ours",
        CommentSide::Theirs => "comment theirs",
        CommentSide::Note => "comment note",
    };
    let MailParts { tags, rest, formatted, remarks, actions } = mail;
    let tags = tags.into_iter().map(|tag| view! { <span class="comment-tag">{tag}</span> });
    let rest = rest.map(|(label, rest)| {
        view! {
            <details class="comment-rest">
                <summary>{label}</summary>
                <div class="comment-body" dir="auto"><TextWithLinks text=rest/></div>
            </details>
        }
    });
    let formatted = formatted.map(|link| view! { <a href=link.href>{link.label}</a> });
    let remarks = remarks.into_iter().map(|remark| {
        view! { <p class="comment-remark"><Icon icon=Icon::Info/><span>{remark}</span></p> }
    });
    let remarks = remarks.collect::<Vec<_>>();
    let more = formatted.is_some() || !remarks.is_empty();
    let more = more.then(|| view! { <div class="comment-more">{remarks}{formatted}</div> });
    let note = (side == CommentSide::Note).then(|| view! { <Icon icon=Icon::Note/> });
    view! {
        <article class=class id=id>
            <header class="comment-head">
                <h2 class="comment-author"><bdi>{author}</bdi></h2>
                {part.get().map(|part| view! { <span class="comment-part">{note}{part}</span> })}
                {tags.collect::<Vec<_>>()}
                <Time when=written/>
            </header>
            <div class="comment-body" dir="auto"><TextWithLinks text=body/></div>
            {rest}
            {(!attachments.is_empty()).then(|| view! { <AttachmentList attachments/> })}
            {more}
            {actions.map(|actions| view! { <div class="comment-actions">{actions}</div> })}
            {delivery.map(delivery_line)}
        </article>
    }
    .into_any()
}

fn delivery_line(line: DeliveryLine) -> AnyView {
    let DeliveryLine { label, state, trouble, again } = line;
    let class = if trouble { "delivery trouble" } else { "delivery" };
    let icon = trouble.then(|| view! { <Icon icon=Icon::Warning/> });
    view! {
        <div class=class>
            <p>{icon}<strong>{label}</strong> " " {state}</p>
            {again}
        </div>
    }
    .into_any()
}

/// The files of a comment.
#[component]
fn AttachmentList(
    /// The files, in order.
    attachments: Vec<AttachmentLine>,
) -> impl IntoView {
    let files = attachments.into_iter().map(|file| view! { <li>{attachment(file)}</li> }).collect::<Vec<_>>();
    view! { <ul class="attachments">{files}</ul> }.into_any()
}

fn attachment(file: AttachmentLine) -> AnyView {
    let line = view! {
        <bdi class="attachment-name">{file.name}</bdi>
        <span class="attachment-size">{file.size}</span>
    };
    if let Some(why) = file.withheld {
        return view! {
            <div class="attachment withheld">
                <Icon icon=Icon::Warning/>
                <span class="attachment-withheld">
                    <span class="attachment-line">{line}</span>
                    <span>{why}</span>
                </span>
            </div>
        }
        .into_any();
    }
    match file.preview {
        Some(AttachmentPreview { src, width, height, alt }) => view! {
            <a class="attachment picture" href=file.href>
                <img src=src width=width height=height alt=alt loading="lazy" decoding="async"/>
                <span class="attachment-line">{line}</span>
            </a>
        }
        .into_any(),
        None => view! {
            <a class="attachment" href=file.href>
                <Icon icon=Icon::Paperclip/>
                {line}
            </a>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::{CommentSide::Theirs, *};

    #[test]
    fn sides_depend_on_the_reader() {
        use CommentSide::*;
        let side = |author, staff| CommentSide::of(author, Visibility::Public, staff);
        assert_eq!(side(AuthorKind::Customer, false), Ours);
        assert_eq!(side(AuthorKind::Customer, true), Theirs);
        assert_eq!(side(AuthorKind::Agent, true), Ours);
        assert_eq!(CommentSide::of(AuthorKind::Agent, Visibility::Internal, true), Note);
    }

    #[test]
    fn a_comment_is_text() {
        let hostile = "<img src=x onerror=alert(1)> https://a.example/\"onclick=\"alert(1)";
        let html = Owner::new().with(|| {
            view! {
                <Comment
                    id="c-1"
                    side=Theirs
                    author=hostile
                    written=When::default()
                    body=hostile
                    attachments=vec![AttachmentLine {
                        href: "/a".into(),
                        name: hostile.into(),
                        size: "1 KB".into(),
                        preview: Some(AttachmentPreview {
                            src: "/a/preview".into(),
                            width: 4,
                            height: 3,
                            alt: hostile.into(),
                        }),
                        withheld: None,
                    }]
                />
            }
            .to_html()
        });
        assert!(!html.contains("<img src=x"), "{html}");
        assert!(
            html.contains(r#"<a href="https://a.example/" rel="noopener noreferrer nofollow ugc""#),
            "{html}"
        );
    }
}
