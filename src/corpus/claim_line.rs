//! A claim as one line: `t1 partnership who=e1 whom=e2 why=r1,r2 status=planned`.

use std::{fmt, str::FromStr};

use super::{
    check::Fault,
    is_space,
    record::{AnnotatedClaim, ClaimSource, Record, SpanLabel},
};
use crate::labels::{Polarity, Relation, Status, UnknownLabel};

/// What an argument must be: in words, and as a test.
type Sort = (&'static str, fn(&SpanLabel) -> bool);
const MENTION: Sort = ("mention", |label| matches!(label, SpanLabel::Mention(_) | SpanLabel::Ref(_)));
const REASON: Sort = ("reason", |label| matches!(label, SpanLabel::Reason(_)));

/// Reads a claim line of a record whose spans have been read, and checks that all it names is there.
pub(super) fn read(line: &str, record: &Record) -> Result<AnnotatedClaim, Fault> {
    let mut words = line.split(is_space).filter(|word| !word.is_empty());
    let (Some(trigger), Some(relation)) = (words.next(), words.next()) else {
        return Err(Fault::ClaimLine(line.to_owned()));
    };
    if record.span(trigger).is_none_or(|span| span.label != SpanLabel::Trigger) {
        return Err(Fault::NotATrigger(trigger.to_owned()));
    }
    let mut claim = AnnotatedClaim {
        trigger: trigger.to_owned(),
        relation: parse(trigger, relation)?,
        polarity: Polarity::Pos,
        status: Status::Actual,
        source: ClaimSource::Author,
        who: Vec::new(),
        whom: Vec::new(),
        instead: Vec::new(),
        when: Vec::new(),
        amount: Vec::new(),
        why: Vec::new(),
    };
    for word in words {
        set(&mut claim, word, record)?;
    }
    if claim.whom.is_empty() || claim.who.is_empty() && claim.relation != Relation::Choice {
        return Err(Fault::Sides { trigger: claim.trigger, relation: claim.relation });
    }
    Ok(claim)
}

/// Takes over one `key=value`; the last of a key counts.
fn set(claim: &mut AnnotatedClaim, word: &str, record: &Record) -> Result<(), Fault> {
    let (key, value) = word.split_once('=').unwrap_or((word, ""));
    let tagged = |name: &str, (expected, fits): Sort| match record.span(name) {
        Some(span) if fits(&span.label) => Ok(name.to_owned()),
        _ => Err(Fault::Argument {
            trigger: claim.trigger.clone(),
            word: word.to_owned(),
            name: name.to_owned(),
            expected,
        }),
    };
    let list = |sort| value.split(',').map(|name| tagged(name, sort)).collect::<Result<_, Fault>>();
    match key {
        "who" => claim.who = list(MENTION)?,
        "whom" => claim.whom = list(MENTION)?,
        "instead" => claim.instead = list(MENTION)?,
        "when" => claim.when = list(MENTION)?,
        "amount" => claim.amount = list(MENTION)?,
        "why" => claim.why = list(REASON)?,
        "polarity" => claim.polarity = parse(&claim.trigger, value)?,
        "status" => claim.status = parse(&claim.trigger, value)?,
        "source" => {
            claim.source = match value {
                "author" => ClaimSource::Author,
                "unnamed" => ClaimSource::Unnamed,
                name => ClaimSource::Mention(tagged(name, MENTION)?),
            }
        }
        _ => return Err(Fault::Attribute { trigger: claim.trigger.clone(), word: word.to_owned() }),
    }
    Ok(())
}

fn parse<L: FromStr<Err = UnknownLabel>>(trigger: &str, word: &str) -> Result<L, Fault> {
    word.parse().map_err(|label| Fault::Label { trigger: trigger.to_owned(), label })
}

/// The claim line; what is as usual (author, actual, pos) is left out.
impl fmt::Display for AnnotatedClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.trigger, self.relation)?;
        for (key, names) in self.lists().into_iter().filter(|(_, names)| !names.is_empty()) {
            write!(f, " {key}={}", names.join(","))?;
        }
        if self.source != ClaimSource::Author {
            write!(f, " source={}", self.source)?;
        }
        if self.status != Status::Actual {
            write!(f, " status={}", self.status)?;
        }
        if self.polarity != Polarity::Pos {
            write!(f, " polarity={}", self.polarity)?;
        }
        Ok(())
    }
}
