package verify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/plan"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// check reads one resource. It calls report for the name of every key that it finds there.
type check struct {
	resource   string
	keys       []cmekpipe.KeyName // any of them is right
	permission string             // that it needs
	run        func(ctx context.Context, report report) error
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
	return check{d.Name, append([]cmekpipe.KeyName{d.Key}, d.AdditionalKeys...), permission, run}
}

// unknown is the check of a destination that can't be read, because its name does not parse or its kind is not known.
func unknown(d plan.Destination, err error) check {
	return newCheck(d, "", func(context.Context, report) error {
		reason := "got a destination of a kind that this version can't read"
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok && e.Err != nil {
			reason = "got a name that is none of a " + string(d.Kind) + ": " + e.Err.Error()
		}
		return undetermined{reason, "check its key by hand in the Google Cloud console"}
	})
}

// compare compares the key that a service reports with the wanted ones, part by part.
func compare(resource, reported string, want []cmekpipe.KeyName) (f rule.Finding, wrong bool) {
	names := make([]string, len(want))
	for i, key := range want {
		names[i] = key.String()
	}
	wanted := "want " + strings.Join(names, " or ")
	f = rule.Finding{Rule: rule.OtherKey, Resource: resource, Remedy: rekey(resource, want[0])}
	if reported == "" {
		f.Rule, f.Detail = rule.NoKey, "got no key, "+wanted
		return f, true
	}
	got, err := cmekpipe.ParseKeyOrVersion(reported)
	if err == nil && slices.Contains(want, got) {
		return rule.Finding{}, false
	}
	f.Detail = "got " + got.String() + ", " + wanted
	if err != nil {
		f.Detail = "got something that is no key's name, " + wanted
	}
	return f, true
}

// rekey is the command that changes a resource's key, where there is one; the rule's own remedy serves elsewhere.
func rekey(resource string, key cmekpipe.KeyName) string {
	const find = "find out who wrote it (Cloud Audit Logs), then "
	switch {
	case strings.HasPrefix(resource, "gs://"):
		return find + "gcloud storage objects update " + resource + " --encryption-key=" + key.String()
	case strings.Contains(resource, "/topics/"):
		return find + "gcloud pubsub topics update " + resource + " --topic-encryption-key=" + key.String()
	}
	return ""
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
		f.Detail, f.Remedy = code.Error(), "verify again; if the error stays, see https://status.cloud.google.com"
	}
	return f
}

// errMissing is the error of a list that has no entry for a resource: the same as a service's answer that it does not exist.
func errMissing() error { return &googleapi.Error{Code: http.StatusNotFound} }

// undetermined is the error of a check that can't tell the key.
type undetermined struct{ reason, remedy string }

func (u undetermined) Error() string { return u.reason }
