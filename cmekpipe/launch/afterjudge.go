package launch

import (
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// judgeKey returns a finding if the key that a service reports is not one of the wanted ones.
func judgeKey(resource, reported string, want []cmekpipe.KeyName) (f rule.Finding, bad bool) {
	code, cause := keycheck.Compare(want, reported)
	switch code {
	case "":
		return rule.Finding{}, false
	case cmekpipe.KeyMissing:
		f.Rule = ruleNoKey
	default:
		f.Rule = ruleOtherKey
	}
	f.Resource, f.Detail, f.Remedy = resource, cause, "find out who wrote it; then "+explain.SetKey(resource, want[0])
	return f, true
}

// errMissing is the error of a list that has no entry for a resource: the same as a service's answer that it does not exist.
func errMissing() error { return &googleapi.Error{Code: http.StatusNotFound} }

// failure is the finding of a look that could not be made.
func (l look) failure(err error) rule.Finding {
	f := rule.Finding{Rule: ruleUntold, Resource: l.resource}
	if u, ok := errors.AsType[untold](err); ok {
		f.Detail, f.Remedy = u.why, u.remedy
		return f
	}
	switch code := gcperr.Code(err); code {
	case cmekpipe.NotFound:
		f.Rule, f.Detail = ruleMissing, "got nothing of that name"
	case cmekpipe.PermissionDenied:
		f.Rule, f.Detail, f.Remedy = ruleUnseen, "it takes "+l.needs, "grant the caller "+l.needs+" on "+l.resource
	default:
		f.Detail, f.Remedy = code.Error(), explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: l.resource})
	}
	return f
}

// untold is the error of a look that can't tell.
type untold struct{ why, remedy string }

func (u untold) Error() string { return u.why }
