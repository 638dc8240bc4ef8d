//! The description of a table that machines read.

use serde_json::{Map, Value, json};

use super::columns::{Column, Kind, Table};

/// The Frictionless Table Schema of `table`.
pub fn schema<R>(table: &Table<R>) -> Value {
    json!({
        "description": table.description,
        "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
    })
}

fn field<R>(column: &Column<R>) -> Value {
    let (kind, mut constraints) = match column.kind {
        Kind::Text | Kind::Id => ("string", Map::new()),
        Kind::Word(words) => ("string", Map::from_iter([("enum".to_owned(), json!(words()))])),
        Kind::Date => ("date", Map::new()),
        Kind::Integer => ("integer", Map::from_iter([("minimum".to_owned(), json!(0))])),
        Kind::Confidence => {
            ("number", Map::from_iter([("minimum".to_owned(), json!(0)), ("maximum".to_owned(), json!(1))]))
        }
    };
    if column.required {
        constraints.insert("required".to_owned(), Value::Bool(true));
    }
    let mut field = json!({ "name": column.name, "type": kind, "description": column.description });
    if !constraints.is_empty() {
        field["constraints"] = Value::Object(constraints);
    }
    field
}
