package launch

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/rule"
	"github.com/cmekpipe/cmekpipe-go/internal/gcperr"
)

// judgeKey compares the key that a service reports with the wanted ones, part by part.
func judgeKey(resource, reported string, want []cmekpipe.KeyName) (f rule.Finding, bad bool) {
	names := make([]string, len(want))
	for i, key := range want {
		names[i] = key.String()
	}
	wanted := "want " + strings.Join(names, " or ")
	f = rule.Finding{Rule: ruleOtherKey, Resource: resource, Remedy: rekey(resource, want[0])}
	if reported == "" {
		f.Rule, f.Detail = ruleNoKey, "got no key, "+wanted
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

// rekey is the command that puts a resource under its key, where there is one; the rule's own remedy serves elsewhere.
func rekey(resource string, key cmekpipe.KeyName) string {
	switch {
	case strings.HasPrefix(resource, "gs://"):
		return "look who wrote it, then gcloud storage objects update " + resource + " --encryption-key=" + key.String()
	case strings.Contains(resource, "/topics/"):
		return "look who changed it, then gcloud pubsub topics update " + resource + " --topic-encryption-key=" + key.String()
	}
	return ""
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
		f.Detail, f.Remedy = code.Error(), "verify again; if it stays, look at the service's status"
	}
	return f
}

// untold is the error of a look that can't tell.
type untold struct{ why, remedy string }

func (u untold) Error() string { return u.why }
