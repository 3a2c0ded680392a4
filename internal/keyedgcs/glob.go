package keyedgcs

import (
	"regexp"
	"strings"
)

// glob is a pattern of object names, read as Beam reads patterns of gs:// names: "*" and "?" stop at slashes, "**"
// does not, "**/" stands for any number of folders, "[ab]" and "[!ab]" for one character. Since an object's name may
// hold any of these characters, a pattern always stands for the object of just that name too, and a bracket that opens
// no such group is a bracket.
type glob struct {
	pattern, prefix string
	expr            *regexp.Regexp // nil if the pattern holds nothing special
}

// Glob reads a pattern of object names as [FS.List] does. All names that match begin with prefix, which is the pattern itself
// if that holds nothing special.
func Glob(pattern string) (prefix string, match func(name string) bool) {
	g := newGlob(pattern)
	return g.prefix, g.match
}

func newGlob(pattern string) glob {
	special := strings.IndexAny(pattern, "*?[")
	if special < 0 {
		return glob{pattern: pattern, prefix: pattern}
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for rest := pattern; rest != ""; {
		var part string
		part, rest = cutGlob(rest)
		b.WriteString(part)
	}
	b.WriteString(`\z`)
	return glob{pattern: pattern, prefix: pattern[:special], expr: regexp.MustCompile(b.String())}
}

func (g glob) match(name string) bool {
	return name == g.pattern || g.expr != nil && g.expr.MatchString(name)
}

// cutGlob translates the first piece of a pattern and returns what is left.
func cutGlob(pattern string) (expr, rest string) {
	if rest, found := strings.CutPrefix(pattern, "**/"); found {
		return "(?:.*/)?", rest
	}
	if rest, found := strings.CutPrefix(pattern, "**"); found {
		return ".*", rest
	}
	switch pattern[0] {
	case '*':
		return "[^/]*", pattern[1:]
	case '?':
		return "[^/]", pattern[1:]
	case '[':
		return cutClass(pattern)
	}
	end := strings.IndexAny(pattern, "*?[")
	if end < 0 {
		end = len(pattern)
	}
	return regexp.QuoteMeta(pattern[:end]), pattern[end:]
}

// cutClass translates "[…]". A "]" that comes first, or first after "!", is a member.
func cutClass(pattern string) (expr, rest string) {
	body, open := pattern[1:], "["
	if strings.HasPrefix(body, "!") {
		body, open = body[1:], "[^"
	}
	start := 0
	if strings.HasPrefix(body, "]") {
		start = 1
	}
	end := strings.IndexByte(body[start:], ']')
	if end < 0 {
		return `\[`, pattern[1:]
	}
	members := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(body[:start+end])
	class := open + members + "]"
	if _, err := regexp.Compile(class); err != nil { // such as [z-a]
		return `\[`, pattern[1:]
	}
	return class, body[start+end+1:]
}
