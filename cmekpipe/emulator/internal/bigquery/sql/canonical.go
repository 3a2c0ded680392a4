package sql

import (
	"fmt"
	"strings"
)

// form writes an expression so that two of the same meaning and shape look the same, wherever they stand: names are
// resolved, offsets left out.
func (b *binder) form(e expr) string {
	switch x := e.(type) {
	case *literal:
		return fmt.Sprintf("%s(%v)", x.typ, x.value)
	case *slot:
		return fmt.Sprintf("#%d", x.index)
	case *column:
		return b.columnForm(x)
	case *access:
		return b.form(x.of) + "." + strings.ToLower(x.name)
	case *param:
		return fmt.Sprintf("@%s%d", strings.ToLower(x.name), x.index)
	case *prefix:
		return x.op + "(" + b.form(x.x) + ")"
	case *infix:
		return b.forms(x.op, x.l, x.r)
	case *isTest:
		return b.forms(fmt.Sprintf("IS%v%s", x.not, x.what), x.x)
	case *inList:
		if x.array != nil {
			return b.forms(fmt.Sprintf("IN%vUNNEST", x.not), x.x, x.array)
		}
		return b.forms(fmt.Sprintf("IN%v", x.not), append([]expr{x.x}, x.list...)...)
	case *between:
		return b.forms(fmt.Sprintf("BETWEEN%v", x.not), x.x, x.low, x.high)
	case *cast:
		return b.forms("CAST"+x.to.String(), x.x)
	case *call:
		return b.forms(x.name, x.arg)
	}
	return ""
}

func (b *binder) forms(head string, list ...expr) string {
	parts := make([]string, len(list))
	for i, e := range list {
		if e != nil {
			parts[i] = b.form(e)
		}
	}
	return head + "(" + strings.Join(parts, ",") + ")"
}

func (b *binder) columnForm(c *column) string {
	if alias, ok := b.aliases[strings.ToLower(c.path[0])]; ok {
		plain := *b
		plain.aliases = nil
		return plain.form(alias) + suffix(c.path[1:])
	}
	i, rest := b.scope.resolve(c.path)
	return fmt.Sprintf("#%d", i) + suffix(rest)
}

func suffix(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return "." + strings.ToLower(strings.Join(path, "."))
}

// aggregates reports whether an aggregate stands in an expression.
func aggregates(e expr) bool {
	some := func(list ...expr) bool {
		for _, e := range list {
			if e != nil && aggregates(e) {
				return true
			}
		}
		return false
	}
	switch x := e.(type) {
	case *access:
		return some(x.of)
	case *prefix:
		return some(x.x)
	case *infix:
		return some(x.l, x.r)
	case *isTest:
		return some(x.x)
	case *inList:
		return some(x.x, x.array) || some(x.list...)
	case *between:
		return some(x.x, x.low, x.high)
	case *cast:
		return some(x.x)
	case *call:
		return true
	}
	return false
}
