package access

import (
	"cmp"
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/iam/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// stages are the launch stages of roles.
func stages() []string { return []string{"ALPHA", "BETA", "GA", "DEPRECATED", disabled, "EAP"} }

// disabled is the stage of roles that don't contribute permissions.
const disabled = "DISABLED"

var (
	roleID         = regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`)
	permissionForm = regexp.MustCompile(`^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$`)
)

// predefinedRoles returns the predefined roles by name.
func predefinedRoles() map[string]*iam.Role {
	roles := map[string]*iam.Role{}
	for name, d := range predefined() {
		roles[name] = &iam.Role{Name: name, Title: d.title, Stage: "GA", IncludedPermissions: d.permissions(), Etag: "AA=="}
	}
	return roles
}

// role returns a role, nil if it doesn't exist. Its caller has locked s.mu.
func (s *Store) role(name string) *iam.Role { return s.roles[s.tree.Canonical(name)] }

// includes reports whether a role contributes a permission. Its caller has locked s.mu.
func (s *Store) includes(role, permission string) bool {
	r := s.role(role)
	return r != nil && !r.Deleted && r.Stage != disabled && slices.Contains(r.IncludedPermissions, permission)
}

// Role returns a predefined or custom role.
func (s *Store) Role(name string) (*iam.Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.role(name)
	if r == nil {
		return nil, refuse.NotFound("The role named %s was not found.", name)
	}
	shown := *r
	return &shown, nil
}

// Roles returns the custom roles of a project or organization, or the predefined ones for "", sorted by name.
func (s *Store) Roles(owner string, deleted bool) []*iam.Role {
	s.mu.Lock()
	defer s.mu.Unlock()
	prefix := strings.TrimPrefix(s.tree.Canonical(owner)+"/roles/", "/")
	var found []*iam.Role
	for _, name := range slices.Sorted(maps.Keys(s.roles)) {
		if r := s.roles[name]; strings.HasPrefix(name, prefix) && (deleted || !r.Deleted) {
			shown := *r
			found = append(found, &shown)
		}
	}
	return found
}

// CreateRole creates a custom role of a project or organization.
func (s *Store) CreateRole(owner, id string, r *iam.Role) (*iam.Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.tree.Canonical(owner + "/roles/" + id)
	switch {
	case !roleID.MatchString(id):
		return nil, refuse.InvalidArgument("The role_id %q is invalid; it must have 3 to 64 letters, digits, underscores and periods.", id)
	case s.roles[name] != nil:
		return nil, refuse.AlreadyExists("A role named %s in %s already exists.", id, owner)
	}
	return s.putRole(name, r)
}

// UpdateRole replaces a custom role by the result of change.
func (s *Store) UpdateRole(name string, change func(old iam.Role) (*iam.Role, error)) (*iam.Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = s.tree.Canonical(name)
	old := s.roles[name]
	if old == nil {
		return nil, refuse.NotFound("The role named %s was not found.", name)
	}
	changed, err := change(*old)
	if err != nil {
		return nil, err
	}
	if changed.Etag != "" && changed.Etag != old.Etag {
		return nil, refuse.Aborted("There were concurrent changes of role %s. Please retry the whole read-modify-write.", name)
	}
	return s.putRole(name, changed)
}

func (s *Store) putRole(name string, r *iam.Role) (*iam.Role, error) {
	made := &iam.Role{Name: name, Title: r.Title, Description: r.Description, Stage: cmp.Or(r.Stage, "ALPHA"), Deleted: r.Deleted,
		IncludedPermissions: slices.Sorted(slices.Values(r.IncludedPermissions)), Etag: base64.StdEncoding.EncodeToString(s.etag())}
	if !slices.Contains(stages(), made.Stage) {
		return nil, refuse.InvalidArgument("got stage %q, want one of %s", made.Stage, strings.Join(stages(), ", "))
	}
	for _, p := range made.IncludedPermissions {
		if !permissionForm.MatchString(p) {
			return nil, refuse.InvalidArgument("Permission %s is not valid.", p)
		}
	}
	s.roles[name] = made
	shown := *made
	return &shown, nil
}
