package verify

import (
	"context"
	"errors"
	"net/http"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// check reads one resource and compares what it finds there.
type check struct {
	resource   string
	permission string // that it needs
	run        func(ctx context.Context) (rule.Findings, error)
}

// compareKeys returns the check of a resource by run, which calls report for the name of every key that it finds there. Any of
// some keys is right.
func compareKeys(resource string, keys []cmekpipe.KeyName, permission string, run func(context.Context, report) error) check {
	return check{resource, permission, func(ctx context.Context) (found rule.Findings, err error) {
		err = run(ctx, func(resource, reported string) {
			if f, wrong := compare(resource, reported, keys); wrong {
				found = append(found, f)
			}
		})
		return found, err
	}}
}

// report tells that a resource is encrypted with a key, or with none if reported is "".
type report func(resource, reported string)

func (r report) all(resource string, reported []string) {
	for _, key := range reported {
		r(resource, key)
	}
}

// newCheck returns the check of a destination by run, which needs a permission.
func newCheck(d plan.Destination, permission string, run func(context.Context, report) error) check {
	return compareKeys(d.Name, append([]cmekpipe.KeyName{d.Key}, d.AdditionalKeys...), permission, run)
}

// unknown is the check of a destination that can't be read, because its name does not parse or its kind is not known.
func unknown(d plan.Destination, err error) check {
	return newCheck(d, "", func(context.Context, report) error {
		reason := "got a destination of a kind that this version can't read"
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Err != nil {
			reason = "got a name that is none of a " + string(d.Kind) + ": " + e.Err.Error()
		}
		return undetermined{reason, "check its key in the Google Cloud console"}
	})
}

// compare returns a finding if the key that a service reports is not one of the wanted ones.
func compare(resource, reported string, want []cmekpipe.KeyName) (f rule.Finding, wrong bool) {
	code, cause := keycheck.Compare(want, reported)
	switch code {
	case "":
		return rule.Finding{}, false
	case cmekpipe.KeyMissing:
		f.Rule = rule.NoKey
	default:
		f.Rule = rule.OtherKey
	}
	f.Resource, f.Detail = resource, cause
	f.Remedy = "find out who wrote it (Cloud Audit Logs); then " + explain.SetKey(resource, want[0])
	return f, true
}

// failure is the finding of a check that could not be made.
func (c check) failure(err error) rule.Finding {
	f := rule.Finding{Rule: rule.KeyUnknown, Resource: c.resource}
	if u, ok := errors.AsType[undetermined](err); ok {
		f.Detail, f.Remedy = u.reason, u.remedy
		return f
	}
	switch code := gcperr.Code(err); code {
	case cmekpipe.NotFound:
		f.Rule, f.Detail = rule.NotFound, "not found"
	case cmekpipe.PermissionDenied:
		f.Rule, f.Detail, f.Remedy = rule.NoPermission, "needs "+c.permission, "grant the caller "+c.permission+" on "+c.resource
	default:
		f.Detail, f.Remedy = code.Error(), explain.Remedy(explain.Case{Code: cmekpipe.Unavailable, Resource: c.resource})
	}
	return f
}

// errMissing is the error of a list that has no entry for a resource: the same as a service's answer that it does not exist.
func errMissing() error { return &googleapi.Error{Code: http.StatusNotFound} }

// undetermined is the error of a check that can't tell the key.
type undetermined struct{ reason, remedy string }

func (u undetermined) Error() string { return u.reason }
