package explain

import (
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// issues is where faults of this module are reported.
const issues = "https://github.com/cmekpipe/cmekpipe-go/issues"

// Case is a failure to advise on. Every field but Code may be empty; what is known is filled into the commands.
type Case struct {
	// Code is the kind of failure.
	Code cmekpipe.Code
	// Resource is the full name of what the failure is about, as it stands in an error.
	Resource string
	// Key is the key that protects or should protect the resource.
	Key cmekpipe.KeyName
	// Message is what the service said. Names of keys, permissions and accounts are read from it, nothing else.
	Message string
	// Permission is the permission that is missing, for PermissionDenied. Default: the one that the message names.
	Permission string
	// Project and Region are those of the Dataflow job.
	Project, Region string
}

// Remedy says what to do about a failure: an action, or a command that works as typed. It returns "" for a code that needs
// the operation itself to say what is wrong, such as InvalidOptions.
func Remedy(c Case) string {
	if fault, ok := FindFault(c.Message); ok && fault.Code == c.Code {
		if len(fault.Agents) == 0 {
			fault.Agents = faultOf(c).Agents
		}
		return fault.remedy(c)
	}
	if text, ok := keyRemedy(c); ok {
		return text
	}
	switch c.Code {
	case cmekpipe.NoCredentials:
		return "sign in: gcloud auth application-default login; or set GOOGLE_APPLICATION_CREDENTIALS to the file of a credential"
	case cmekpipe.KeyMissing, cmekpipe.KeyMismatch:
		return SetKey(c.Resource, c.Key)
	case cmekpipe.NotFound:
		return missing(c)
	case cmekpipe.PermissionDenied:
		return denied(c)
	case cmekpipe.Corrupted:
		return "retry the job; if it happens again, report the text of this error: " + issues
	case cmekpipe.Internal:
		return "report the text of this error: " + issues
	case cmekpipe.PreconditionFailed:
		return "find out who changed " + name(c) + ", and whether an organization policy forbids the call: " + auditLog(c)
	case cmekpipe.Unavailable:
		return "wait until " + kindOf(c.Resource).service + " is available, then start again: https://status.cloud.google.com shows incidents, and " +
			"https://console.cloud.google.com/iam-admin/quotas" + after("?project=", project(c)) + " quotas that are used up"
	}
	return ""
}

// noToken finds what Google's clients say if they have no credentials, or if those are refused. A status of 408, 429 or 5xx is
// that of a token server that is busy.
var noToken = regexp.MustCompile(`could not find default credentials|credentials: unsupported filetype|"invalid_grant"|"invalid_rapt"|"unauthorized_client"|` +
	`cannot fetch token: 40[0-7]\b|GCE metadata "[^"]*" not defined|impersonate: status code 40[0-7]\b`)

// IsNoCredentials reports whether a message says that Google's client found no credentials, or only such as are expired or
// refused.
func IsNoCredentials(message string) bool { return noToken.MatchString(message) }

func name(c Case) string {
	if c.Resource == "" {
		return "the resource"
	}
	return c.Resource
}

// project returns the project of the resource, or else of the job; "" if neither is known.
func project(c Case) string {
	if p := kindOf(c.Resource).part("project"); p != "" {
		return p
	}
	return c.Project
}

// auditLog is the command that shows who changed a resource.
func auditLog(c Case) string {
	return "gcloud logging read 'logName:cloudaudit.googleapis.com AND protoPayload.resourceName:\"" + auditName(c.Resource) +
		"\"' --limit=10" + after(" --project=", project(c))
}

// auditName is how Cloud Audit Logs name a resource.
func auditName(resource string) string {
	bucket, ok := strings.CutPrefix(resource, "gs://")
	if !ok {
		return resource
	}
	bucket, _, _ = strings.Cut(bucket, "/")
	return "buckets/" + bucket
}

// missing is the remedy for a resource that does not exist.
func missing(c Case) string {
	k := kindOf(c.Resource)
	if k.noun == "object" && (!strings.Contains(c.Message, "object") || strings.Contains(c.Message, "bucket")) {
		k = kindOf("gs://" + k.part("bucket"))
	}
	const why = "; nothing is created without a key on your behalf"
	if command := k.create(c.Key); command != "" {
		return "check the spelling of the " + k.noun + " " + k.name + ", or create it first: " + command + why
	}
	if command := k.list(); command != "" {
		return "check the spelling of the " + k.noun + " " + k.name + ": " + command
	}
	return "check the spelling of " + name(c) + ", or create it first" + why
}

// The forms in which Google's services name a permission that is missing and who lacks it.
// Sources: https://docs.cloud.google.com/storage/docs/troubleshooting, https://docs.cloud.google.com/iam/docs/troubleshoot-access.
var (
	lacksAccess     = regexp.MustCompile(`([\w.+-]+@[\w.-]+\w) does not have ([a-z]+\.[A-Za-z]+\.[A-Za-z]+) access`)
	lacksPermission = regexp.MustCompile(`[Pp]ermission '?([a-z]+\.[A-Za-z]+\.[A-Za-z]+)'? denied`)
)

// lack returns the permission that a message says is missing and the account that lacks it; "" for what it does not say.
func lack(message string) (permission, account string) {
	if found := lacksAccess.FindStringSubmatch(message); found != nil {
		return found[2], found[1]
	}
	if found := lacksPermission.FindStringSubmatch(message); found != nil {
		return found[1], ""
	}
	return "", ""
}

// denied is the remedy for a call that the caller may not make: which permission, for whom, and the command.
func denied(c Case) string {
	k := kindOf(c.Resource)
	permission, account := lack(c.Message)
	if c.Permission != "" {
		permission = c.Permission
	}
	role := roleWith(permission)
	if role == "" {
		role = k.role
	}
	what := permission
	if what == "" {
		what = role
	} else if role != "" {
		what += ", such as with " + role + ","
	}
	who, member := "the account that makes the call", "ACCOUNT"
	if account != "" {
		who, member = account, account
	}
	if strings.HasSuffix(member, ".gserviceaccount.com") {
		member = "serviceAccount:" + member
	} else {
		member = "user:" + member
	}
	where := name(c)
	switch k.noun { // as in the command: these have no policy of their own
	case "object":
		where = "gs://" + k.part("bucket")
	case "job":
		where = "project " + k.part("project")
	}
	text := "grant " + what + " on " + where + " to " + who
	if what == "" {
		text = "grant " + who + " access to " + where
	}
	if command := k.bind(c); command != "" && role != "" {
		text += ": " + command + " --member=" + member + " --role=" + role
	}
	if account == "" {
		text += " (who that is on this machine: gcloud auth list; on Dataflow it is the worker service account, with serviceAccount: before it)"
	}
	return text + granted
}
