package troubleshooter

import (
	"net/mail"
	"regexp"
	"strings"
	"time"

	api "google.golang.org/api/policytroubleshooter/v3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access/condition"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/restapi"
)

// The messages of the API.
type (
	accessTuple = api.GoogleCloudPolicytroubleshooterIamV3AccessTuple
	request     = api.GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyRequest
	response    = api.GoogleCloudPolicytroubleshooterIamV3TroubleshootIamPolicyResponse
)

// New returns a server that explains the policies of a store.
func New(env *core.Env, policies *access.Store) core.Server {
	s := &server{policies}
	return restapi.New(env, "Policy Troubleshooter", []restapi.Method{
		{Name: "policytroubleshooter.iam.troubleshoot", Verb: "POST", Path: "/v3/iam:troubleshoot", Serve: s.troubleshoot},
	})
}

type server struct{ access *access.Store }

func (s *server) troubleshoot(c *restapi.Call) (any, error) {
	var asked request
	if err := c.Decode(&asked); err != nil {
		return nil, err
	}
	if asked.AccessTuple == nil {
		return nil, refuse.InvalidArgument("got no accessTuple, want one")
	}
	q, err := s.question(c, asked.AccessTuple)
	if err != nil {
		return nil, err
	}
	e := s.access.Explain(q)
	answered := *asked.AccessTuple
	answered.PermissionFqdn = access.FullPermission(q.Permission)
	return &response{AccessTuple: &answered, OverallAccessState: overall(e), AllowPolicyExplanation: explainAllow(e), DenyPolicyExplanation: explainDeny(q, e)}, nil
}

var (
	resourceForm   = regexp.MustCompile(`^//[a-z]+\.googleapis\.com/((projects|folders|organizations)/[^/]+(/.+)?)$`)
	permissionForm = regexp.MustCompile(`^[a-z]+(\.googleapis\.com/|\.)[a-zA-Z]+\.[a-zA-Z]+$`)
)

func (s *server) question(c *restapi.Call, t *accessTuple) (q access.Question, err error) {
	resource := resourceForm.FindStringSubmatch(t.FullResourceName)
	switch _, err := mail.ParseAddress(t.Principal); {
	case err != nil || strings.Contains(t.Principal, ":"):
		return q, refuse.InvalidArgument("got principal %q, want the e-mail address of a Google Account or of a service account", t.Principal)
	case strings.HasPrefix(t.FullResourceName, "//storage.googleapis.com/"):
		return q, refuse.Unimplemented("Policy Troubleshooter", "resource %q: it has no policies of buckets", t.FullResourceName)
	case resource == nil:
		return q, refuse.InvalidArgument("got fullResourceName %q, want one such as //cloudkms.googleapis.com/projects/…", t.FullResourceName)
	case !permissionForm.MatchString(t.Permission):
		return q, refuse.InvalidArgument("got permission %q, want one such as cloudkms.cryptoKeyVersions.useToEncrypt", t.Permission)
	}
	q = access.Question{Member: memberOf(t.Principal), Permission: access.ShortPermission(t.Permission), Resource: resource[1]}
	if q.Attributes, err = attributes(t.ConditionContext); err != nil {
		return q, err
	}
	allow, deny := map[string]bool{}, map[string]bool{}
	for _, r := range s.access.Chain(q.Resource) {
		allow[r] = s.access.Holds(c.Principal, policyPermission(r), r)
		deny[r] = s.access.Holds(c.Principal, "iam.denypolicies.get", r)
	}
	q.SeesAllow, q.SeesDeny = func(r string) bool { return allow[r] }, func(r string) bool { return deny[r] }
	return q, nil
}

// memberOf names a principal as a member of a policy.
func memberOf(email string) string {
	if strings.HasSuffix(email, ".gserviceaccount.com") {
		return "serviceAccount:" + email
	}
	return "user:" + email
}

// policyPermission returns the permission to read the allow policy of a resource.
func policyPermission(resource string) string {
	service, _ := access.TypeOf(resource)
	parts := strings.Split(resource, "/")
	return access.ShortPermission(service + "/" + parts[max(len(parts)-2, 0)] + ".getIamPolicy")
}

// attributes returns what the context of a request says. What it doesn't say is not known.
func attributes(c *api.GoogleCloudPolicytroubleshooterIamV3ConditionContext) (a condition.Attributes, err error) {
	if c == nil {
		return a, nil
	}
	if r := c.Resource; r != nil {
		a.Name, a.Type, a.Service = r.Name, r.Type, r.Service
	}
	if c.Destination != nil {
		return a, refuse.Unimplemented("Policy Troubleshooter", "destination in condition contexts")
	}
	if r := c.Request; r != nil && r.ReceiveTime != "" {
		if a.Time, err = time.Parse(time.RFC3339Nano, r.ReceiveTime); err != nil {
			return a, refuse.InvalidArgument("got receiveTime %q, want a time such as 2026-12-01T10:00:00Z", r.ReceiveTime)
		}
	}
	return a, nil
}

// overall returns the state that the allow and deny policies together lead to.
func overall(e access.Explanation) string {
	switch {
	case e.Deny == access.Yes || e.Allow == access.No:
		return "CANNOT_ACCESS"
	case e.Deny == access.Unknown || e.Allow == access.Unknown:
		return "UNKNOWN_INFO"
	case e.Deny == access.Depends || e.Allow == access.Depends:
		return "UNKNOWN_CONDITIONAL"
	}
	return "CAN_ACCESS"
}
