package cmekpipe

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// The marks that [FindError] searches for.
const (
	errorMark = "cmekpipe["
	hintMark  = "; hint: "
)

// FindError parses the first [Error] whose text is in a message. Runners return a worker's error as text only, with text
// of their own around it; FindError restores its code, operation, resource and hint, and the text of its cause. It
// reports false if the message contains none, or none with a known code. Text that a runner appends to the same line
// counts as part of the error.
func FindError(message string) (*Error, bool) {
	for rest := message; ; {
		_, after, found := strings.Cut(rest, errorMark)
		if !found {
			return nil, false
		}
		if e, ok := parseErrorText(after); ok {
			return e, true
		}
		rest = after
	}
}

// parseErrorText parses the text after the mark, as [Error.Error] writes it.
func parseErrorText(text string) (*Error, bool) {
	code, text, found := strings.Cut(text, "] ")
	if !found || !slices.Contains(Codes(), Code(code)) {
		return nil, false
	}
	line, _, _ := strings.Cut(text, "\n")
	e := &Error{Code: Code(code)}
	e.Op, e.Resource, line = cutHead(strings.TrimRight(line, "\r"))
	cause, hint, _ := strings.Cut(line, hintMark)
	e.Err, e.Hint = errors.New(cause), strings.TrimSpace(hint)
	if prefix, err := strconv.QuotedPrefix(e.Hint); err == nil && prefix[0] == '"' {
		e.Hint, _ = strconv.Unquote(prefix)
	}
	return e, true
}

// cutHead removes operation and resource from the front of a text. A resource is always quoted; an operation is quoted
// only if a resource, which may be empty, follows.
func cutHead(text string) (op, resource, rest string) {
	if first, rest, ok := cutQuoted(text); ok {
		if second, rest, ok := cutQuoted(rest); ok {
			return first, second, rest
		}
		return "", first, rest
	}
	name, rest, found := strings.Cut(text, ": ")
	if !found || !isOp(name) {
		return "", "", text
	}
	resource, after, ok := cutQuoted(rest)
	if !ok {
		return name, "", rest
	}
	return name, resource, after
}

// cutQuoted removes a quoted text, and the colon after it, from the front of a text.
func cutQuoted(text string) (unquoted, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", text, false
	}
	prefix, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", text, false
	}
	rest, ok = strings.CutPrefix(text[len(prefix):], ": ")
	unquoted, err = strconv.Unquote(prefix)
	return unquoted, rest, ok && err == nil
}

// isOp reports whether a word has the form of an operation: "textio.WriteSharded", never "googleapi".
func isOp(word string) bool {
	return strings.Contains(word, ".") && isAll(word, func(c byte) bool { return isKeyIDChar(c) || c == '.' || c == '/' })
}
