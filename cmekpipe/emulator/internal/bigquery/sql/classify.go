package sql

import (
	"slices"
	"strings"
)

// The kinds of statements that callers tell apart, as BigQuery's statementType has them.
const (
	Select              = "SELECT"
	Script              = "SCRIPT"
	CreateTable         = "CREATE_TABLE"
	CreateTableAsSelect = "CREATE_TABLE_AS_SELECT"
)

// IsDML reports whether a kind of statement changes rows.
func IsDML(kind string) bool {
	return slices.Contains([]string{"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE_TABLE"}, kind)
}

// classify says of which kind a text is and returns the tokens of a single statement without the semicolon behind it.
// It returns "" for a text without a statement.
func classify(tokens []token) (string, []token) {
	end := tokens[len(tokens)-1]
	var statements [][]token
	for len(tokens) > 0 {
		n := slices.IndexFunc(tokens, func(t token) bool { return t.is(";") || t.kind == endToken })
		if n > 0 {
			statements = append(statements, tokens[:n])
		}
		tokens = tokens[n+1:]
	}
	switch len(statements) {
	case 0:
		return "", nil
	case 1:
		return kindOf(statements[0]), append(slices.Clip(statements[0]), end)
	}
	return Script, nil
}

func kindOf(tokens []token) string {
	if first := tokens[0]; first.kind != wordToken {
		return Select // or no statement at all, which the parser will say
	}
	switch word := strings.ToUpper(tokens[0].text); word {
	case "DECLARE", "BEGIN", "IF", "LOOP", "WHILE", "REPEAT", "FOR", "SET", "EXECUTE", "CALL", "COMMIT", "ROLLBACK", "RAISE",
		"ASSERT":
		return Script
	case "INSERT", "UPDATE", "DELETE", "MERGE":
		return word
	case "CREATE":
		return creation(tokens[1:])
	case "TRUNCATE", "DROP", "ALTER", "EXPORT", "LOAD", "GRANT", "REVOKE", "UNDROP":
		if len(tokens) > 1 {
			return word + "_" + strings.ToUpper(tokens[1].text)
		}
	}
	return Select
}

// creation names the kind of a CREATE by the word for what is created.
func creation(tokens []token) string {
	for i, t := range tokens {
		switch word := strings.ToUpper(t.text); word {
		case "OR", "REPLACE", "TEMP", "TEMPORARY":
			continue
		case "TABLE":
			if slices.ContainsFunc(tokens[i:], func(t token) bool { return t.is("SELECT") }) {
				return CreateTableAsSelect
			}
			return CreateTable
		default:
			return "CREATE_" + word
		}
	}
	return "CREATE"
}
