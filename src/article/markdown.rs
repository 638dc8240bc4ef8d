//! Markdown, with front matter.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{
    Parts, date,
    error::ReadError,
    fields::{DATE_FIELDS, TITLE_FIELDS, same_name},
    flow::{Flow, Gap},
    html,
};

/// Reads Markdown: headings, paragraphs, list items and rows of tables as text, without marks, images and code blocks.
/// Title and date come from the front matter; without one, a heading of the first level at the start is the title.
///
/// # Errors
/// If HTML within it is refused.
pub fn read(text: &str) -> Result<Parts, ReadError> {
    let (mut parts, markdown) = front_matter(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let mut page = Page { flow: Flow::new(), silent: 0, lists: 0, html: String::new(), leads: false, title: None };
    for event in Parser::new_ext(markdown, options) {
        page.take(event)?;
    }
    parts.title = parts.title.or(page.title);
    parts.body = page.flow.finish();
    Ok(parts)
}

/// The text as far as it is read.
struct Page {
    flow: Flow,
    /// How many images and code blocks are open.
    silent: usize,
    /// How many lists are open; one within another only breaks the line.
    lists: usize,
    /// The HTML block that is open.
    html: String,
    /// Whether the open heading is the first thing in the text.
    leads: bool,
    /// The heading that the text starts with.
    title: Option<String>,
}

impl Page {
    fn take(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(Tag::Image { .. } | Tag::CodeBlock(_)) => self.silent += 1,
            Event::End(TagEnd::Image | TagEnd::CodeBlock) => self.silent -= 1,
            Event::Html(html) => self.html.push_str(&html),
            Event::End(TagEnd::HtmlBlock) => {
                self.flow.push_lines(&html::visible_text(&std::mem::take(&mut self.html))?);
                self.flow.part(Gap::Paragraph);
            }
            Event::Start(Tag::List(_)) => {
                self.flow.part(if self.lists == 0 { Gap::Paragraph } else { Gap::Line });
                self.lists += 1;
            }
            Event::End(TagEnd::List(_)) => {
                self.lists -= 1;
                self.flow.part(if self.lists == 0 { Gap::Paragraph } else { Gap::Line });
            }
            Event::Start(tag) => {
                self.flow.part(gap(tag.to_end()));
                if let Tag::Heading { level, .. } = tag {
                    self.leads = level == HeadingLevel::H1 && self.flow.text().is_empty();
                }
            }
            Event::End(end) => {
                if self.leads && end == TagEnd::Heading(HeadingLevel::H1) {
                    self.title = Some(self.flow.text().to_owned());
                }
                self.flow.part(gap(end));
            }
            Event::Text(text) | Event::Code(text) if self.silent == 0 => self.flow.push(&text),
            Event::SoftBreak => self.flow.part(Gap::Space),
            Event::HardBreak => self.flow.break_line(),
            Event::InlineHtml(tag) if tag.starts_with("<br") => self.flow.break_line(),
            Event::Rule => self.flow.part(Gap::Paragraph),
            _ => {}
        }
        Ok(())
    }
}

/// What parts an element from its neighbours.
const fn gap(end: TagEnd) -> Gap {
    match end {
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => Gap::None,
        TagEnd::TableCell => Gap::Cell,
        TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => Gap::Line,
        _ => Gap::Paragraph,
    }
}

/// Title and date from the lines between `---` (YAML) or `+++` (TOML) at the start, and the text behind them.
fn front_matter(text: &str) -> (Parts, &str) {
    let mut parts = Parts::default();
    let Some((fence, sign)) = [("---", ':'), ("+++", '=')].into_iter().find(|(fence, _)| first_line(text) == *fence)
    else {
        return (parts, text);
    };
    let mut rest = behind_line(text);
    while !rest.is_empty() {
        let line = first_line(rest);
        rest = behind_line(rest);
        if line == fence {
            return (parts, rest);
        }
        let Some((key, value)) = line.split_once(sign) else { continue };
        let (key, value) = (key.trim(), unquoted(value.trim()));
        if TITLE_FIELDS.iter().any(|name| same_name(name, key)) {
            parts.title.get_or_insert_with(|| value.to_owned());
        } else if DATE_FIELDS.iter().any(|name| same_name(name, key)) {
            parts.published = parts.published.or_else(|| date::parse(value));
        }
    }
    // Never closed: a rule, not front matter.
    (Parts::default(), text)
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default().trim_end()
}

fn behind_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_become_paragraphs_and_lines() {
        let parts = read(
            "# Why *Harbor* chose\n\nHarbor chose\n[Lumen](https://lumen.example), not `Halcyon`.\n\n\
             - one\n- two\n  - deep\n\n> Quoted.\n\n![a picture](x.png)\n\n```rust\nfn code() {}\n```\n\n\
             | Who | Stake |\n|---|---|\n| Harbor | 3% |\n\n<div>Some <b>HTML</b></div>\n\nLast<br>line &amp; end.\n",
        )
        .unwrap();
        assert_eq!(parts.title.as_deref(), Some("Why Harbor chose"));
        assert_eq!(
            parts.body,
            "Why Harbor chose\n\nHarbor chose Lumen, not Halcyon.\n\none\ntwo\ndeep\n\nQuoted.\n\n\
             Who\tStake\nHarbor\t3%\n\nSome HTML\n\nLast\nline & end."
        );
    }

    #[test]
    fn front_matter_tells_title_and_date() {
        for text in [
            "---\ntitle: \"Harbor: the deal\"\nDate: 2026-03-04T10:00:00Z\ntags: [a]\n---\n\nBody.\n",
            "+++\ntitle = 'Harbor: the deal'\npublished = 2026-03-04\n+++\nBody.\n",
        ] {
            let parts = read(text).unwrap();
            assert_eq!(parts.title.as_deref(), Some("Harbor: the deal"));
            assert_eq!(parts.published.as_deref(), Some("2026-03-04"));
            assert_eq!(parts.body, "Body.");
        }
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        let parts = read("---\n\ntitle: not one\n").unwrap();
        assert_eq!((parts.title, parts.body.as_str()), (None, "title: not one"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[-+=:#>|`*_\\[\\]()<>&!a-z0-9 \\n]{0,200}") {
            prop_assert!(read(&text).is_ok());
        }
    }
}
