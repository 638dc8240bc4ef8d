//! Web pages: the article within them, its title and its date.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};
use encoding_rs::Encoding;
use serde_json::Value;

use super::{
    Parts, date,
    error::ReadError,
    flow::{Flow, Gap},
    furniture,
};

/// How deep tags may nest; browsers stop at 512. The time to read a page grows with the square of it.
const DEEPEST: usize = 512;

/// The element that dom_smoothie puts the article in.
const ARTICLE: &str = "#readability-page-1";

/// The encoding that a page declares in its first 1,024 bytes, as browsers look for it.
pub fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let label = ["charset=", "encoding="].into_iter().find_map(|key| Some(head.split_once(key)?.1))?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(label.len());
    Encoding::for_label(&label.as_bytes()[..end])
}

/// Reads a page: its main text without navigation and the like, or all its visible text if no main text is found.
///
/// # Errors
/// If its tags nest too deep, or the reader fails on it.
pub fn read(html: &str) -> Result<Parts, ReadError> {
    check_depth(html)?;
    guarded(|| {
        let config = Config { keep_classes: true, ..Config::default() };
        // The only error is a bad address, and none is given.
        let mut page = Readability::new(html, None, Some(config)).map_err(|_| ReadError::Html)?;
        let metadata = page.get_article_metadata(page.parse_json_ld());
        let published = metadata.published_time.as_deref().and_then(date::parse).or_else(|| date_within(&page.doc));
        let body = match page.parse() {
            Ok(_) => page.doc.select(ARTICLE).nodes().first().map(text_of),
            Err(_) => None,
        };
        let body = body.filter(|text| !text.is_empty()).unwrap_or_else(|| page_text(html));
        let (body, dated) = furniture::clear(&body);
        Ok(Parts { title: Some(metadata.title), published: published.or(dated), body })
    })
}

/// The visible text of a piece of HTML.
///
/// # Errors
/// As [`read`].
pub fn visible_text(html: &str) -> Result<String, ReadError> {
    check_depth(html)?;
    guarded(|| Ok(page_text(html)))
}

/// Whether a text is HTML rather than text that mentions a tag.
pub fn is_html(text: &str) -> bool {
    ["</p>", "</div>", "<br>", "<br/>", "<br />"].into_iter().any(|tag| text.contains(tag))
}

/// Runs the HTML crates, whose code may panic on pages that nobody thought of.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(ReadError::Html))
}

fn page_text(html: &str) -> String {
    text_of(&Document::from(html).root())
}

/// The date of publication that JSON-LD or a `<time>` tells; the first of either.
fn date_within(page: &Document) -> Option<String> {
    let json_ld = page.select(r#"script[type="application/ld+json"]"#);
    let told = json_ld.iter().find_map(|script| {
        let data: Value = serde_json::from_str(&script.text()).ok()?;
        date_in_json(&data)
    });
    told.or_else(|| {
        let meta = page.select(r#"meta[itemprop="datePublished"], meta[name="date"], meta[name="pubdate"]"#);
        meta.iter().find_map(|meta| date::parse(&meta.attr("content")?))
    })
    .or_else(|| {
        page.select("time").iter().find_map(|time| {
            time.attr("datetime").and_then(|told| date::parse(&told)).or_else(|| date::parse(&time.text()))
        })
    })
}

/// The first `datePublished` in the data; JSON-LD nests it in lists and graphs. serde_json bounds the depth.
fn date_in_json(data: &Value) -> Option<String> {
    match data {
        Value::Object(fields) => fields
            .get("datePublished")
            .and_then(|told| date::parse(told.as_str()?))
            .or_else(|| fields.values().find_map(date_in_json)),
        Value::Array(values) => values.iter().find_map(date_in_json),
        _ => None,
    }
}

/// The text below a node: a blank line between blocks, list items and rows on lines of their own.
fn text_of(root: &NodeRef<'_>) -> String {
    enum Step<'a> {
        Open(NodeRef<'a>),
        Close(Gap),
    }
    let mut flow = Flow::new();
    let mut steps = vec![Step::Open(*root)];
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Open(node) => node,
            Step::Close(gap) => {
                flow.part(gap);
                continue;
            }
        };
        if node.is_text() {
            flow.push(&node.text());
            continue;
        }
        let name = node.node_name().unwrap_or_default();
        if is_unseen(&node, &name) {
            continue;
        }
        match &*name {
            "br" => flow.break_line(),
            "pre" => flow.push_lines(&node.text()),
            _ => {
                let within_item = node.parent().is_some_and(|parent| parent.has_name("li"));
                let gap = if within_item { gap(&name).min(Gap::Line) } else { gap(&name) };
                flow.part(gap);
                steps.push(Step::Close(gap));
                steps.extend(node.children_it(true).map(Step::Open));
            }
        }
    }
    flow.finish()
}

/// What parts an element from its neighbours.
fn gap(name: &str) -> Gap {
    match name {
        "address" | "article" | "blockquote" | "body" | "center" | "details" | "div" | "dl" | "fieldset"
        | "figcaption" | "figure" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "hr" | "main"
        | "ol" | "p" | "pre" | "section" | "summary" | "table" | "ul" => Gap::Paragraph,
        "caption" | "dd" | "dt" | "li" | "option" | "tr" => Gap::Line,
        "td" | "th" => Gap::Cell,
        _ => Gap::None,
    }
}

/// Whether an element holds no text of the article: it is not shown, or is a part of the page around the article.
fn is_unseen(node: &NodeRef<'_>, name: &str) -> bool {
    match name {
        "head" | "script" | "style" | "template" | "noscript" | "iframe" | "object" | "svg" | "math" | "audio"
        | "video" | "canvas" | "button" | "select" | "textarea" | "nav" | "aside" | "footer" | "form" | "dialog" => {
            true
        }
        "pre" => node.first_element_child().is_some_and(|child| child.has_name("code")),
        _ => {
            node.has_attr("hidden")
                || node.attr("aria-hidden").is_some_and(|value| &*value == "true")
                || is_small_junk(node)
        }
    }
}

/// Whether an element's class or id says that it is about cookies, sharing or the like, and it is too short to be an
/// article (whose class may well be `newsletter-post`).
fn is_small_junk(node: &NodeRef<'_>) -> bool {
    const WORDS: [&str; 9] =
        ["cookie", "consent", "share", "sharing", "social", "newsletter", "subscribe", "breadcrumb", "breadcrumbs"];
    const SHORT: usize = 400;
    let names = [node.class(), node.id_attr()];
    let named = names.iter().flatten().any(|names| {
        names.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphabetic()).any(|word| WORDS.contains(&word))
    });
    named && node.normalized_char_count() < SHORT
}

/// Refuses tags that nest too deep, by counting those that are opened and not closed. Tags that HTML closes by itself do
/// not count.
fn check_depth(html: &str) -> Result<(), ReadError> {
    const UNCOUNTED: [&str; 28] = [
        "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input",
        "li", "link", "meta", "option", "p", "param", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr",
    ];
    const RAW: [&str; 2] = ["script", "style"];
    let (mut rest, mut depth) = (html, 0_usize);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            // `<!-->` is a whole comment.
            rest = if comment.starts_with('>') { comment } else { behind_first(comment, "-->") };
            continue;
        }
        let closes = rest.starts_with('/');
        let name = &rest[usize::from(closes)..];
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = name[..end].to_ascii_lowercase();
        if name.is_empty() || UNCOUNTED.contains(&name.as_str()) {
            continue;
        }
        if closes {
            depth = depth.saturating_sub(1);
        } else if RAW.contains(&name.as_str()) {
            rest = behind_raw(rest, &name);
        } else {
            depth += 1;
            if depth > DEEPEST {
                return Err(ReadError::Nesting(DEEPEST));
            }
        }
    }
    Ok(())
}

fn behind_first<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or("", |(_, behind)| behind)
}

/// What follows the end of an element whose content is no HTML.
fn behind_raw<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, behind)) = rest.split_once("</") {
        let end = behind.as_bytes().get(..name.len());
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return behind;
        }
        rest = behind;
    }
    ""
}

#[cfg(test)]
mod tests;
