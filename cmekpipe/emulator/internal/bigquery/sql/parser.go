package sql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The most that a query may hold, far below what would exhaust the stack.
const (
	maxDepth = 200
	maxNodes = 20_000
)

// parser reads tokens. After the first fault it sees nothing but the end, so that everything unwinds.
type parser struct {
	text   string
	tokens []token
	err    error
	depth  int
	nodes  int
	params int         // positional ones so far
	tables []TableName // in the order of their mention
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) peekAt(n int) token { return p.tokens[min(n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
		p.tokens = p.tokens[len(p.tokens)-1:]
	}
}

// unexpected refuses the next token.
func (p *parser) unexpected(want string) {
	message := "Unexpected end of script"
	switch t := p.peek(); t.kind {
	case endToken:
	case wordToken:
		if isReserved(t.text) {
			message = "Unexpected keyword " + strings.ToUpper(t.text)
			break
		}
		message = "Unexpected identifier " + strconv.Quote(t.text)
	case quotedToken:
		message = "Unexpected identifier `" + t.text + "`"
	case intToken, floatToken:
		message = "Unexpected number"
	case stringToken, bytesToken:
		message = "Unexpected string literal"
	default:
		message = fmt.Sprintf("Unexpected %q", t.text)
	}
	if want != "" {
		message = "Expected " + want + " but got " + strings.ToLower(message[len("Unexpected "):len("Unexpected ")+1]) + message[len("Unexpected ")+1:]
	}
	p.fail(syntaxFault(p.text, p.peek().pos, message))
}

// accept consumes the words or signs if all of them come next.
func (p *parser) accept(words ...string) bool {
	for i, word := range words {
		if !p.peekAt(i).is(word) {
			return false
		}
	}
	p.tokens = p.tokens[len(words):]
	return true
}

func (p *parser) expect(words ...string) {
	for _, word := range words {
		if !p.accept(word) {
			want := "keyword " + word
			if !isLetter(word[0]) {
				want = strconv.Quote(word)
			}
			p.unexpected(want)
			return
		}
	}
}

// enter counts a level of nesting and a node; it reports false when there are too many.
func (p *parser) enter() bool {
	p.depth++
	p.nodes++
	if p.depth > maxDepth || p.nodes > maxNodes {
		p.fail(fault("Query is too complex: the loopback BigQuery has a limit of " + strconv.Itoa(maxDepth) + " levels and " +
			strconv.Itoa(maxNodes) + " terms"))
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// isName reports whether a token can be a name where none is required.
func isName(t token) bool {
	return t.kind == quotedToken || t.kind == wordToken && !isReserved(t.text)
}

func (p *parser) name() string {
	if !isName(p.peek()) {
		p.unexpected("identifier")
		return ""
	}
	return p.next().text
}

// alias parses [AS] name.
func (p *parser) alias() string {
	if p.accept("AS") || isName(p.peek()) {
		return p.name()
	}
	return ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isReserved reports whether a word can't be a name without backticks.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords.
func isReserved(word string) bool {
	_, found := slices.BinarySearch(reserved(), strings.ToUpper(word))
	return found
}

func reserved() []string {
	return []string{
		"ALL", "AND", "ANY", "ARRAY", "AS", "ASC", "ASSERT_ROWS_MODIFIED", "AT", "BETWEEN", "BY", "CASE", "CAST", "COLLATE",
		"CONTAINS", "CREATE", "CROSS", "CUBE", "CURRENT", "DEFAULT", "DEFINE", "DESC", "DISTINCT", "ELSE", "END", "ENUM",
		"ESCAPE", "EXCEPT", "EXCLUDE", "EXISTS", "EXTRACT", "FALSE", "FETCH", "FOLLOWING", "FOR", "FROM", "FULL", "GROUP",
		"GROUPING", "GROUPS", "HASH", "HAVING", "IF", "IGNORE", "IN", "INNER", "INTERSECT", "INTERVAL", "INTO", "IS",
		"JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT", "LOOKUP", "MERGE", "NATURAL", "NEW", "NO", "NOT", "NULL", "NULLS",
		"OF", "ON", "OR", "ORDER", "OUTER", "OVER", "PARTITION", "PRECEDING", "PROTO", "QUALIFY", "RANGE", "RECURSIVE",
		"RESPECT", "RIGHT", "ROLLUP", "ROWS", "SELECT", "SET", "SOME", "STRUCT", "TABLESAMPLE", "THEN", "TO", "TREAT",
		"TRUE", "UNBOUNDED", "UNION", "UNNEST", "USING", "WHEN", "WHERE", "WINDOW", "WITH", "WITHIN",
	}
}
