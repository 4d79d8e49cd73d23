//! What requests hold of a person.

use crate::people::holding::{Counted, Holding, Sealed};

/// For the list in `privacy`.
pub(crate) const HOLDING: Holding = Holding {
    tables: &["participant", "attachment", "comment", "history", "request", "request_count", "statistic"],
    sealed: &[
    Sealed { table: "request", column: "subject_sealed", place: "request.subject" },
    Sealed { table: "comment", column: "body_sealed", place: "comment.body" },
    Sealed { table: "comment", column: "subject_sealed", place: "comment.subject" },
    Sealed { table: "comment", column: "rest_sealed", place: "comment.rest" },
    Sealed { table: "comment", column: "html_sealed", place: "comment.html" },
    Sealed { table: "comment", column: "signed_sealed", place: "comment.signed" },
    Sealed { table: "comment", column: "via_sealed", place: "comment.via" },
    Sealed { table: "comment", column: "reply_to_sealed", place: "comment.reply_to" },
    Sealed { table: "attachment", column: "name_sealed", place: "attachment.name" },
    Sealed { table: "attachment", column: "key_sealed", place: "attachment.key" },
    Sealed { table: "attachment", column: "content_id_sealed", place: "attachment.content_id" },
    Sealed { table: "attachment", column: "preview_key_sealed", place: "attachment.preview_key" },
],
    counts: &[
        Counted {
            number: |count| &mut count.requests,
            sql: "SELECT COUNT(*) FROM request WHERE person_id = $1",
        },
        Counted {
            number: |count| &mut count.comments,
            sql: "SELECT COUNT(*) FROM comment WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        },
        Counted {
            number: |count| &mut count.comments,
            sql: "SELECT COUNT(*) FROM comment WHERE author_id = $1 AND author_kind = 'customer'
                AND request_id NOT IN (SELECT id FROM request WHERE person_id = $1)",
        },
        Counted {
            number: |count| &mut count.attachments,
            sql: "SELECT COUNT(*) FROM attachment WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        },
        Counted {
            number: |count| &mut count.attachments,
            sql: "SELECT COUNT(*) FROM attachment JOIN comment ON comment.id = attachment.comment_id
                WHERE author_id = $1 AND author_kind = 'customer'
                AND comment.request_id NOT IN (SELECT id FROM request WHERE person_id = $1)",
        },
        Counted {
            number: |count| &mut count.history,
            sql: "SELECT COUNT(*) FROM history WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        },
    ],
    erase: &[
        "DELETE FROM participant WHERE person_id = $1",
        "DELETE FROM participant WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        "UPDATE participant SET admitted_by = NULL WHERE admitted_by = $1",
        "DELETE FROM attachment WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        "DELETE FROM comment WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        "DELETE FROM history WHERE request_id IN (SELECT id FROM request WHERE person_id = $1)",
        "DELETE FROM request WHERE person_id = $1",
        // What they wrote in other people's requests: that somebody did stays, without the words. What
        // only agents could see stays with them.
        "DELETE FROM attachment WHERE comment_id IN
         (SELECT id FROM comment WHERE author_id = $1 AND author_kind = 'customer')",
        "UPDATE comment SET author_id = NULL, body_sealed = substr(body_sealed, 1, 0), once_hash = NULL,
         subject_sealed = NULL, rest_sealed = NULL, html_sealed = NULL, signed_sealed = NULL, via_sealed = NULL,
         reply_to_sealed = NULL, remarks = NULL, verdict = NULL,
         visibility = CASE WHEN standing = 'outsider' THEN 'internal' ELSE visibility END, standing = 'erased'
         WHERE author_id = $1 AND author_kind = 'customer'",
        // What an agent did for others stays theirs, without the agent.
        "UPDATE comment SET author_id = NULL WHERE author_id = $1",
        "UPDATE history SET actor_id = NULL WHERE actor_id = $1",
        "UPDATE request SET assignee_id = NULL WHERE assignee_id = $1",
        "DELETE FROM request_count WHERE assignee_id = $1",
        "UPDATE statistic SET agent_id = NULL WHERE agent_id = $1",
    ],
};
