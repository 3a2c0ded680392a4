package sql

import "unicode/utf8"

// matchLike reports whether a text or bytes match a pattern, in which "%" stands for anything, "_" for one character and
// a backslash takes the next for itself.
func matchLike(v []Value) (Value, error) {
	if x, ok := v[0].([]byte); ok {
		return like(string(x), string(v[1].([]byte)), false)
	}
	return like(v[0].(string), v[1].(string), true)
}

// like tries the pattern from left to right; when a part doesn't match, the last "%" takes one character more. So it
// takes no more steps than the product of the lengths.
func like(s, pattern string, runes bool) (Value, error) {
	text, at := 0, 0
	restart, retry := -1, 0 // behind the last "%", and what it was tried with
	for text < len(s) {
		width := 1
		if runes {
			_, width = utf8.DecodeRuneInString(s[text:])
		}
		switch n, ok, err := likeStep(s[text:text+width], pattern[at:]); {
		case err != nil:
			return nil, err
		case at < len(pattern) && pattern[at] == '%':
			at++
			restart, retry = at, text
		case ok:
			text += width
			at += n
		case restart >= 0:
			_, width = utf8.DecodeRuneInString(s[retry:])
			if !runes {
				width = 1
			}
			retry += width
			text, at = retry, restart
		default:
			return false, nil
		}
	}
	for at < len(pattern) && pattern[at] == '%' {
		at++
	}
	return at == len(pattern), nil
}

// likeStep matches one character with what the pattern begins with, and returns how long that is.
func likeStep(character, pattern string) (n int, ok bool, err error) {
	switch {
	case pattern == "":
		return 0, false, nil
	case pattern[0] == '_':
		return 1, true, nil
	case pattern[0] == '\\':
		if len(pattern) == 1 {
			return 0, false, fault("LIKE pattern ends with a backslash")
		}
		n, pattern = 1, pattern[1:]
	}
	if len(pattern) < len(character) || pattern[:len(character)] != character {
		return 0, false, nil
	}
	return n + len(character), true, nil
}
