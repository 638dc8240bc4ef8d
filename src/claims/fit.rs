//! Which types of mention can play which role.

use crate::labels::{MentionType, Relation, Role};

/// What is left of the probability of a role that a mention of this type hardly ever plays.
const UNUSUAL: f32 = 0.1;

/// How well a mention of this type fits the role, 0 (cannot be) to 1.
///
/// The model's probabilities are weighed with it, so a type that was read wrongly can still be outvoted, except
/// where the role says what it is: a date, an amount.
pub(super) fn fit(relation: Relation, role: Role, kind: MentionType) -> f32 {
    use MentionType::{Date, Money, Org, Person, Place, Product, Quantity};
    let figure = matches!(kind, Money | Quantity | Date);
    match role {
        Role::None => 1.0,
        Role::When => f32::from(kind == Date),
        Role::Amount => f32::from(matches!(kind, Money | Quantity)),
        _ if figure => 0.0,
        Role::Instead if relation != Relation::Choice => 0.0,
        Role::Who | Role::Instead if kind == Place => UNUSUAL,
        Role::Source if matches!(kind, Place | Product) => UNUSUAL,
        Role::Whom => match (relation, kind) {
            (Relation::Appointment, Org | Product | Place) | (Relation::Launch, Person | Place) => UNUSUAL,
            (Relation::Partnership | Relation::Competition | Relation::Dispute, Place) => UNUSUAL,
            _ => 1.0,
        },
        _ => 1.0,
    }
}

/// The role the mention plays, and the model's probability of it: the likeliest one that its type fits.
pub(super) fn role(relation: Relation, kind: MentionType, probabilities: &[f32; 7]) -> (Role, f32) {
    let weighed = |role: Role| probabilities[role.index()] * fit(relation, role, kind);
    let best = Role::ALL.iter().copied().reduce(|best, next| if weighed(next) > weighed(best) { next } else { best });
    let best = best.unwrap_or(Role::None);
    (best, probabilities[best.index()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(of: &[(Role, f32)]) -> [f32; 7] {
        let mut scores = [0.0; 7];
        for &(role, score) in of {
            scores[role.index()] = score;
        }
        scores
    }

    #[test]
    fn where_the_type_fits_the_likeliest_role_wins() {
        let scores = scores(&[(Role::None, 0.3), (Role::Who, 0.6), (Role::Whom, 0.1)]);
        assert_eq!(role(Relation::Supply, MentionType::Org, &scores), (Role::Who, 0.6));
        assert_eq!(role(Relation::Supply, MentionType::Ref, &scores), (Role::Who, 0.6));
    }

    #[test]
    fn an_unusual_type_needs_a_sure_model() {
        let unsure = scores(&[(Role::None, 0.3), (Role::Whom, 0.7)]);
        let sure = scores(&[(Role::None, 0.05), (Role::Whom, 0.95)]);
        assert_eq!(role(Relation::Appointment, MentionType::Org, &unsure).0, Role::None);
        assert_eq!(role(Relation::Appointment, MentionType::Org, &sure).0, Role::Whom);
        assert_eq!(role(Relation::Appointment, MentionType::Person, &unsure).0, Role::Whom);
    }

    #[test]
    fn dates_and_amounts_are_nothing_else() {
        for &relation in Relation::ALL {
            assert_eq!(fit(relation, Role::When, MentionType::Org), 0.0);
            assert_eq!(fit(relation, Role::Amount, MentionType::Date), 0.0);
            assert_eq!(fit(relation, Role::Whom, MentionType::Money), 0.0);
        }
        assert_eq!(fit(Relation::Supply, Role::Instead, MentionType::Org), 0.0);
        assert_eq!(fit(Relation::Choice, Role::Instead, MentionType::Org), 1.0);
    }
}
