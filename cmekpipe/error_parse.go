package cmekpipe

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// The marks that [FindError] looks for.
const (
	errorMark = "cmekpipe["
	hintMark  = "; hint: "
)

// FindError recovers the first [Error] whose text stands in a message. Runners hand a worker's error to the program
// that launched the job as text only, wrapped in text of their own; this brings back its code, operation, resource
// and hint, and the text of its cause. It reports false when the message holds none, or none whose code is known.
// What a runner appends to the same line counts as part of the error.
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

// parseErrorText reads what follows the mark, as [Error.Error] writes it.
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

// cutHead takes operation and resource off the front of a text. A resource always stands in quotes; an operation does
// only when a resource, which may be empty, follows.
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

// cutQuoted takes a quoted text and the colon behind it off the front of another.
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
