// Package condition evaluates the conditions of IAM policies: a part of the Common Expression Language.
//
// # Scope
//
// Attributes resource.name, resource.type, resource.service and request.time; string, integer and boolean constants;
// timestamp("…") and duration("…"); the operators ||, &&, !, ==, !=, <, <=, >, >= and in with a list of constants; + and - of a
// time and a duration; startsWith, endsWith and extract of strings; getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear,
// getHours, getMinutes and getSeconds of a time, with or without a time zone. [Parse] refuses everything else by its name
// with an [Unsupported], and a text that is no condition with another error. Source:
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference.
//
// An attribute that is not known makes the result [ErrUnknown] unless the rest decides alone, as in "false && …".
package condition
