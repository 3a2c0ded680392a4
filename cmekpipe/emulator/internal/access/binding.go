package access

import (
	"errors"
	"slices"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/access/condition"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// checkBinding refuses a binding that could not decide anything. Its caller has locked s.mu.
func (s *Store) checkBinding(resource string, b *iampb.Binding) error {
	if err := s.checkRole(resource, b.GetRole()); err != nil {
		return err
	}
	if c := b.GetCondition(); c != nil {
		if err := checkCondition(b.GetRole(), c.GetExpression(), c.GetTitle()); err != nil {
			return err
		}
	}
	if len(b.GetMembers()) == 0 {
		return refuse.InvalidArgument("got no members for %s, want one or more", b.GetRole())
	}
	for _, member := range b.GetMembers() {
		if !isMember(member) {
			return refuse.InvalidArgument("got member %q, want one such as serviceAccount:EMAIL", member)
		}
	}
	return nil
}

// checkRole refuses a role that doesn't exist or belongs to another project or organization.
func (s *Store) checkRole(resource, role string) error {
	if s.role(role) == nil {
		return refuse.InvalidArgument("got role %q, want a custom role that exists or a predefined one that the loopback cloud has, such as "+
			"roles/cloudkms.cryptoKeyEncrypterDecrypter", role)
	}
	if owner, _, custom := strings.Cut(role, "/roles/"); custom && !slices.Contains(s.Chain(resource), owner) {
		return refuse.InvalidArgument("got role %q on %s, want a role of its own project or organization", role, resource)
	}
	return nil
}

func checkCondition(role, expression, title string) error {
	if title == "" {
		return refuse.InvalidArgument("got a condition without a title on %s, want one", role)
	}
	_, err := condition.Parse(expression)
	if unsupported, ok := errors.AsType[condition.Unsupported](err); ok {
		return refuse.Unimplemented("IAM", "evaluation of the %s in the condition %q", string(unsupported), expression)
	}
	if err != nil {
		return refuse.InvalidArgument("Invalid expression of condition %q: %v", title, err)
	}
	return nil
}

// isMember reports whether text has the form of an IAM member.
func isMember(text string) bool {
	if text == "allUsers" || text == "allAuthenticatedUsers" {
		return true
	}
	kind, id, _ := strings.Cut(text, ":")
	switch kind {
	case "user", "serviceAccount", "group":
		name, domain, found := strings.Cut(id, "@")
		return found && name != "" && strings.Contains(domain, ".") && !strings.ContainsAny(id, " \t\r\n:")
	case "domain":
		return strings.Contains(id, ".")
	case "principal", "principalSet":
		return strings.HasPrefix(id, "//iam.googleapis.com/") || strings.HasPrefix(id, resourceSets)
	}
	return false
}

// resourceSets begins the principal sets of all service accounts of a project, folder or organization.
const resourceSets = "//cloudresourcemanager.googleapis.com/"

// Membership says whether a principal is one of a policy's members.
type Membership int

// The values of Membership.
const (
	NotMember Membership = iota
	Member
	UnknownMember // of a group, whose members nobody knows here
)

// membership reports whether a principal, named as a member, is a member of a policy. Its caller has locked s.mu.
func (s *Store) membership(principal, member string) Membership {
	kind, id, _ := strings.Cut(member, ":")
	switch {
	case member == principal, member == "allUsers", member == "allAuthenticatedUsers":
		return Member
	case kind == "group" || strings.HasPrefix(member, "principalSet://goog/group/"):
		return UnknownMember
	case kind == "domain" && strings.HasPrefix(principal, "user:") && strings.HasSuffix(principal, "@"+id):
		return Member
	case kind == "principalSet" && id == "//goog/public:all":
		return Member
	case kind == "principal" && id == "//goog/subject/"+strings.TrimPrefix(principal, "user:"):
		return Member
	case kind == "principal" && id == "//iam.googleapis.com/projects/-/serviceAccounts/"+strings.TrimPrefix(principal, "serviceAccount:"):
		return Member
	case kind == "principalSet" && strings.HasPrefix(id, resourceSets) && s.inSet(principal, strings.TrimPrefix(id, resourceSets)):
		return Member
	}
	return NotMember
}

// inSet reports whether a service account or agent belongs to the set "projects/N/type/ServiceAccount", or "ServiceAgent".
func (s *Store) inSet(principal, set string) bool {
	owner, kind, _ := strings.Cut(set, "/type/")
	project, agent := accountProject(principal)
	if project == "" || agent != (kind == "ServiceAgent") {
		return false
	}
	return slices.Contains(s.tree.Above("projects/"+project), s.tree.Canonical(owner))
}

// accountProject returns the project, by id or number, of a service account or of a service agent; "" for other members.
func accountProject(principal string) (project string, agent bool) {
	email, ok := strings.CutPrefix(principal, "serviceAccount:")
	name, domain, _ := strings.Cut(email, "@")
	if !ok {
		return "", false
	}
	for _, prefix := range []string{"service-", "bq-"} {
		if number, found := strings.CutPrefix(name, prefix); found && strings.Trim(number, "0123456789") == "" {
			return number, true
		}
	}
	if number, found := strings.CutSuffix(name, "-compute"); found && domain == "developer.gserviceaccount.com" {
		return number, false
	}
	return strings.TrimSuffix(domain, ".iam.gserviceaccount.com"), false
}

// ownerHolds reports whether [core.Owner] has a permission without a binding. Its caller has locked s.mu.
func (s *Store) ownerHolds(permission string) bool {
	return !strings.HasPrefix(permission, "cloudkms.") || s.includes(roleKMSAdmin, permission)
}
