//! What the server does for threads.

use tresen_desk::Error;
use tresen_model::views::Comment;
use tresen_model::{Address, CommentId, RequestNumber, Standing, Status};

use super::news::Newer;
use super::{Said, Thread};
use crate::form::Done;
use crate::web::{Context, Stop, asked};

/// Reads the number of a request.
///
/// # Errors
/// [`Error::NotFound`]: what is no number names nothing.
pub(crate) fn number_of(text: &str) -> Result<RequestNumber, Stop> {
    Ok(RequestNumber::parse(text).ok_or(Error::NotFound)?)
}

/// Reads the id of a comment.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn comment_of(text: &str) -> Result<CommentId, Stop> {
    Ok(CommentId::parse(text).ok_or(Error::NotFound)?)
}

impl Thread {
    /// The thread of a request, of what the desk says to whoever asks. `token` is that of the mailed link, empty for
    /// whoever is signed in.
    pub(crate) fn of(
        context: &Context,
        number: RequestNumber,
        token: String,
        status: Status,
        unread: bool,
        comments: Vec<Comment>,
    ) -> Self {
        Self { number, token, status, unread, said: said(context, comments) }
    }
}

fn said(context: &Context, comments: Vec<Comment>) -> Vec<Said> {
    let said = |mut comment: Comment| {
        if comment.own && comment.standing == Standing::Participant {
            // The page says "You".
            comment.author = None;
        }
        Said { at: context.when(comment.created_at), comment }
    };
    comments.into_iter().map(said).collect()
}

/// The fragment of what the reader has just written.
pub(crate) fn place_of_latest(comments: &[Comment]) -> String {
    let latest = comments.iter().rev().find(|comment| comment.own);
    latest.map(|comment| format!("#c-{}", comment.id)).unwrap_or_default()
}

pub(super) async fn news(number: &str, token: &str, last: &str, agent: bool) -> Result<Newer, Stop> {
    let context = asked()?;
    let number = number_of(number)?;
    let desk = &context.app.desk;
    let conversation = if agent {
        desk.requests.conversation_for_agent(&context.require_agent()?, number).await?
    } else {
        desk.requests.conversation(&context.access(Some(token)).await?, number).await?
    };
    let mut newer = conversation.comments;
    // By its place: ids are in the order of the clock, which may have been set back.
    if let Some(shown) = newer.iter().position(|comment| Some(comment.id) == CommentId::parse(last)) {
        newer.drain(..=shown);
    }
    Ok(Newer { comments: said(&context, newer), status: conversation.status })
}

pub(super) async fn seen(number: &str, token: &str, last: &str, agent: bool) -> Result<(), Stop> {
    let context = asked()?;
    let (number, last) = (number_of(number)?, comment_of(last)?);
    let desk = &context.app.desk;
    if agent {
        desk.requests.note_seen_by_agent(&context.require_agent()?, number, last).await?;
    } else {
        desk.requests.note_seen(&context.access(Some(token)).await?, number, last).await?;
    }
    Ok(())
}

pub(super) async fn admit(number: &str, comment: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number, comment) = (context.require_agent()?, number_of(number)?, comment_of(comment)?);
    context.app.desk.requests.admit(&agent, number, comment).await?;
    Ok(to_comment(number, comment))
}

pub(super) async fn send_as_answer(number: &str, comment: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number, comment) = (context.require_agent()?, number_of(number)?, comment_of(comment)?);
    context.app.desk.requests.send_as_answer(&agent, number, comment).await?;
    Ok(to_comment(number, comment))
}

pub(super) async fn split_off(number: &str, comment: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number, comment) = (context.require_agent()?, number_of(number)?, comment_of(comment)?);
    let number = context.app.desk.requests.split_off(&agent, number, comment).await?;
    Ok(Done::go(Address::RequestForAgents { number }))
}

pub(super) async fn send_again(number: &str, comment: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number, comment) = (context.require_agent()?, number_of(number)?, comment_of(comment)?);
    context.app.desk.delivery.send_again(&agent, number, comment).await?;
    Ok(to_comment(number, comment))
}

fn to_comment(number: RequestNumber, comment: CommentId) -> Done {
    Done::Go(format!("{}#c-{comment}", Address::RequestForAgents { number }))
}
