//! The table as a JSON Schema (draft 7), for editors.

use serde_json::{Map, Value, json};

use super::shape::{Field, Groups, Shape, fields};

/// The schema of a whole file. `title` heads it.
pub fn file(groups: Groups, title: &str) -> String {
    let mut root = Map::new();
    root.insert(
        "$schema".into(),
        "http://json-schema.org/draft-07/schema#".into(),
    );
    root.insert("title".into(), title.into());
    let mut schema = object(groups, None);
    // An object that is open takes the options of the file, too; its own go first.
    let names: Vec<_> = fields(groups).map(|field| field.name).collect();
    for field in fields(groups) {
        let open = matches!(field.shape.item(), Some(Shape::Open(_)));
        let pointer = format!("/properties/{}/items", field.name);
        let inner = schema.pointer_mut(&pointer).filter(|_| open);
        let Some(inner) = inner.and_then(Value::as_object_mut) else {
            continue;
        };
        inner.insert("additionalProperties".into(), false.into());
        let Some(own) = inner.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for name in names.iter().filter(|name| **name != field.name) {
            own.entry(*name)
                .or_insert_with(|| json!({ "$ref": format!("#/properties/{name}") }));
        }
    }
    if let Value::Object(schema) = schema {
        root.extend(schema);
    }
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn object(groups: Groups, open: Option<bool>) -> Value {
    let mut properties = Map::new();
    let (mut required, mut rules) = (Vec::new(), Vec::new());
    for field in fields(groups) {
        properties.insert(field.name.into(), described(field));
        if let Some((key, value)) = field.condition() {
            let mut when = json!({ "required": [key] });
            if let Some(value) = value {
                when["properties"] = json!({ key: { "const": value } });
            }
            let then = if field.required {
                json!({ "required": [field.name] })
            } else {
                json!({})
            };
            rules.push(
                json!({ "if": when, "then": then, "else": { "properties": { field.name: false } } }),
            );
        } else if field.required {
            required.push(field.name);
        }
        if !field.or.is_empty() {
            rules.push(
                json!({ "oneOf": [{ "required": [field.name] }, { "required": [field.or] }] }),
            );
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !rules.is_empty() {
        schema["allOf"] = json!(rules);
    }
    schema["additionalProperties"] = open.unwrap_or(false).into();
    schema
}

fn described(field: &Field) -> Value {
    let mut schema = shape(field.shape);
    let mut about = field.about();
    if !field.default.is_empty() {
        about += &format!(" Default: {}.", field.default);
    }
    if !field.deprecated.is_empty() {
        about += &format!(" Deprecated: use {}.", field.deprecated);
        // Known to editors, ignored by validators.
        schema["deprecated"] = true.into();
    }
    schema["description"] = about.into();
    if !field.not.is_empty() {
        schema["not"] = json!({ "const": field.not });
    }
    schema
}

fn shape(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Int(least, most) => {
            let mut schema = json!({ "type": "integer" });
            if *least > i64::MIN {
                schema["minimum"] = (*least).into();
            }
            if *most < i64::from(u32::MAX) {
                schema["maximum"] = (*most).into();
            }
            schema
        }
        Shape::Number => json!({ "type": "number" }),
        Shape::Text | Shape::Secret => json!({ "type": "string" }),
        Shape::Choice(words) => {
            let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
            match numbers {
                Some(numbers) => json!({ "enum": numbers }),
                None => json!({ "enum": words }),
            }
        }
        Shape::List(item) => json!({ "type": "array", "items": self::shape(item) }),
        Shape::Set(item) => {
            json!({ "type": "array", "items": self::shape(item), "uniqueItems": true })
        }
        Shape::Object(groups) => object(groups, None),
        Shape::Open(groups) => object(groups, Some(true)),
        Shape::Map(value) => {
            json!({ "type": "object", "additionalProperties": self::shape(value) })
        }
        Shape::OrEmpty(inner) => {
            let mut schema = self::shape(inner);
            schema["type"] = json!(["object", "null"]);
            schema
        }
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(self::shape).collect::<Vec<_>>() })
        }
        Shape::Any => json!({}),
    }
}
