//! Smaller CSS that means the same: comments and needless spaces go, nothing else.
//!
//! It follows the tokens of CSS Syntax Level 3 as far as that takes: strings, escapes and
//! unquoted URLs pass untouched, and a space goes only beside a character that ends a token
//! wherever it may stand. So the space before `:` stays (`a :hover`), as do those around `+` and
//! `-` (`calc(1px + 2px)`), before `(` (`and (`) and after `)` (`:not(a) b`).

use std::iter::Peekable;
use std::str::Chars;

use xtask::Result;

/// Makes a style sheet smaller. `url` says what each address in a `url(…)` becomes.
pub(crate) fn minify(css: &str, url: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut small = Small { out: String::with_capacity(css.len()), space: false };
    let mut rest = css.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'*') => {
                comment(&mut rest)?;
                small.comment(rest.peek().copied());
            }
            '"' | '\'' => small.verbatim(&string(c, &mut rest)?),
            '\\' => small.verbatim(&escape(&mut rest)),
            c if c.is_ascii_whitespace() => small.space = true,
            '(' if small.ends_with_url() => {
                small.push(c);
                small.verbatim(&address(&mut rest, url)?);
            }
            c => small.push(c),
        }
    }
    for forbidden in ["@import", "@charset"] {
        if small.out.to_ascii_lowercase().contains(forbidden) {
            return Err(format!("{forbidden} has no place in a bundle; name the file in style/order."));
        }
    }
    Ok(small.out)
}

/// The style sheet so far, and whether a space is due before what comes next.
struct Small {
    out: String,
    space: bool,
}

impl Small {
    /// Adds one character that may end a token.
    fn push(&mut self, c: char) {
        let needed = !matches!(c, '{' | '}' | ';' | ',' | ')') && !self.needs_no_space_after();
        // `--empty: ;` is a value, and some say that `--empty:;` is none.
        let value_of_spaces = matches!(c, ';' | '}') && self.out.ends_with(':');
        if self.space && (needed || value_of_spaces) {
            self.out.push(' ');
        }
        self.space = false;
        if c == '}' && self.out.ends_with(';') && !self.out.ends_with(":;") {
            self.out.pop();
        }
        self.out.push(c);
    }

    /// Adds text that must stay as it is.
    fn verbatim(&mut self, text: &str) {
        if self.space && !self.needs_no_space_after() {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push_str(text);
    }

    /// A comment ends a token without being a space: `a/**/b` is neither `ab` nor `a b`.
    fn comment(&mut self, next: Option<char>) {
        let apart = self.space
            || self.needs_no_space_after()
            || next.is_none_or(|c| c.is_ascii_whitespace() || "{};,)".contains(c));
        if !apart {
            self.out.push_str("/**/");
        }
    }

    fn needs_no_space_after(&self) -> bool {
        // `\,` is no comma.
        let mut last = self.out.chars().rev();
        let ends_token = last.next().is_none_or(|c| matches!(c, '{' | '}' | ';' | ',' | '(' | ':'));
        ends_token && last.next() != Some('\\')
    }

    fn ends_with_url(&self) -> bool {
        let tail = self.out.get(self.out.len().saturating_sub(3)..).unwrap_or_default();
        !self.space && tail.eq_ignore_ascii_case("url")
    }
}

fn comment(rest: &mut Peekable<Chars<'_>>) -> Result {
    rest.next();
    let mut last = ' ';
    for c in rest.by_ref() {
        if last == '*' && c == '/' {
            return Ok(());
        }
        last = c;
    }
    Err("a comment does not end.".to_owned())
}

/// An escape, as it is. A space after a number belongs to it: `\31  b` is `1`, a space and `b`.
fn escape(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut escape = String::from('\\');
    escape.extend(rest.next());
    if escape.ends_with(|c: char| c.is_ascii_hexdigit()) {
        while escape.len() < 7 && rest.peek().is_some_and(char::is_ascii_hexdigit) {
            escape.extend(rest.next());
        }
        if rest.next_if(char::is_ascii_whitespace).is_some() {
            escape.push(' ');
        }
    }
    escape
}

/// A string with its quotes, as it is.
fn string(quote: char, rest: &mut Peekable<Chars<'_>>) -> Result<String> {
    let mut string = String::from(quote);
    while let Some(c) = rest.next() {
        string.push(c);
        match c {
            c if c == quote => return Ok(string),
            '\\' => string.extend(rest.next()),
            '\n' => break,
            _ => {}
        }
    }
    Err(format!("the string {} does not end.", string.trim_end()))
}

/// What stands between the parentheses of `url(…)`, with the closing one.
fn address(rest: &mut Peekable<Chars<'_>>, url: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    while rest.next_if(char::is_ascii_whitespace).is_some() {}
    let quote = rest.next_if(|c| matches!(c, '"' | '\''));
    let end = quote.unwrap_or(')');
    let mut address = String::new();
    loop {
        match rest.next() {
            Some(c) if c == end => break,
            Some('\\') => return Err(format!("url({address}… holds an escape; write it without.")),
            Some(c) => address.push(c),
            None => return Err(format!("url({address} does not end.")),
        }
    }
    if quote.is_some() {
        while rest.next_if(char::is_ascii_whitespace).is_some() {}
        if rest.next() != Some(')') {
            return Err(format!("url({address}) holds more than an address."));
        }
    }
    let address = url(address.trim_end())?;
    Ok(match quote {
        Some(quote) => format!("{quote}{address}{quote})"),
        None => format!("{address})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(css: &str) -> Result<String> {
        minify(css, &|url| Ok(url.to_owned()))
    }

    #[track_caller]
    fn becomes(css: &str, expected: &str) {
        assert_eq!(small(css), Ok(expected.to_owned()));
    }

    #[test]
    fn drops_comments_and_needless_space() {
        becomes("/* hi */\na , b {\n  color : red;\n  margin: 0 1px ;\n}\n", "a,b{color :red;margin:0 1px}");
        becomes(
            "@media (min-width: 40rem) and ( hover ) { a { b: c } }",
            "@media (min-width:40rem) and (hover){a{b:c}}",
        );
        becomes("@layer base , parts ;", "@layer base,parts;");
    }

    #[test]
    fn keeps_spaces_that_mean_something() {
        becomes("a :hover{}", "a :hover{}");
        becomes("a b>c + d{}", "a b>c + d{}");
        becomes(":not( a ) b{}", ":not(a) b{}");
        becomes("a{width: calc( 100% - ( 2px + 1em ) * 2 )}", "a{width:calc(100% - (2px + 1em) * 2)}");
        becomes("a{--empty: ;--b: ;}", "a{--empty: ;--b: }");
        becomes("a{b: c !important}", "a{b:c !important}");
    }

    #[test]
    fn leaves_strings_escapes_and_addresses_alone() {
        becomes(r#"a{content: "a  /* b */ ; \" }"}"#, r#"a{content:"a  /* b */ ; \" }"}"#);
        becomes("a::before{content: '  ' ' ,'}", "a::before{content:'  ' ' ,'}");
        becomes(r".a\,  b{}", r".a\, b{}");
        becomes(r".\31  x{}", r".\31  x{}");
        becomes(r".\31 x , .\000031x{}", r".\31 x,.\000031x{}");
        becomes(
            "a{background: url( data:image/svg+xml;a,b/*c*/ ) no-repeat}",
            "a{background:url(data:image/svg+xml;a,b/*c*/) no-repeat}",
        );
        becomes("a{b: URL( 'a b.svg' )}", "a{b:URL('a b.svg')}");
    }

    #[test]
    fn a_comment_ends_a_token() {
        becomes("a/**/.b{}", "a/**/.b{}");
        becomes("a /* x */ b{}", "a b{}");
        becomes("a{b:1px/*x*/ 2px;/* y */c:d}", "a{b:1px 2px;c:d}");
    }

    #[test]
    fn rewrites_addresses() {
        let done = minify("a{b:url(x.svg) c}", &|url| Ok(format!("/assets/{url}")));
        assert_eq!(done, Ok("a{b:url(/assets/x.svg) c}".to_owned()));
        assert!(minify("a{b:url(x.svg)}", &|_| Err("no".to_owned())).is_err());
    }

    #[test]
    fn says_what_is_wrong() {
        for wrong in ["/* a", "a{b:'c}", "a{b:'c\n'}", "a{b:url(c", "a{b:url('c' d)}", "@import 'x';"] {
            assert!(small(wrong).is_err(), "{wrong}");
        }
    }
}
