package access

import (
	"encoding/base64"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/iam/v2"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// DenyPolicy is a deny policy of an organization, a folder or a project.
type DenyPolicy = iam.GoogleIamV2Policy

// denials are the deny policies of one organization, folder or project.
type denials struct {
	byID     map[string]*DenyPolicy // as clients read them
	deciding timeline[[]*DenyPolicy]
}

var (
	denyID         = regexp.MustCompile(`^[a-z][-a-z0-9.]{2,62}$`)
	denyPermission = regexp.MustCompile(`^[a-z]+\.googleapis\.com/([a-zA-Z]+|\*)\.([a-zA-Z]+|\*)$`)
	denyPrincipal  = regexp.MustCompile(`^principalSet://goog/public:all$|^principalSet://goog/group/[^@]+@.+$|^principal://goog/subject/[^@]+@.+$|` +
		`^principal://iam\.googleapis\.com/projects/-/serviceAccounts/[^@]+@.+$|` +
		`^principalSet://cloudresourcemanager\.googleapis\.com/(projects|folders|organizations)/[^/]+/type/(ServiceAccount|ServiceAgent)$`)
)

// DenyPolicies returns the deny policies of an organization, folder or project, sorted by id.
func (s *Store) DenyPolicies(owner string) []*DenyPolicy {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deniesOf(owner).list()
}

func (d *denials) list() []*DenyPolicy {
	var all []*DenyPolicy
	for _, id := range slices.Sorted(maps.Keys(d.byID)) {
		all = append(all, d.byID[id])
	}
	return all
}

func (s *Store) deniesOf(owner string) *denials {
	owner = s.tree.Canonical(owner)
	d := s.denials[owner]
	if d == nil {
		d = &denials{byID: map[string]*DenyPolicy{}}
		s.denials[owner] = d
	}
	return d
}

// DenyPolicy returns a deny policy.
func (s *Store) DenyPolicy(owner, id string) (*DenyPolicy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.deniesOf(owner).byID[id]
	if p == nil {
		return nil, refuse.NotFound("The deny policy %s of %s was not found.", id, owner)
	}
	return p, nil
}

// CreateDenyPolicy attaches a deny policy to an organization, folder or project.
func (s *Store) CreateDenyPolicy(owner, id string, p *DenyPolicy) (*DenyPolicy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !denyID.MatchString(id) {
		return nil, refuse.InvalidArgument("got policy id %q, want 3 to 63 lower-case letters, digits, dashes and periods", id)
	}
	if s.deniesOf(owner).byID[id] != nil {
		return nil, refuse.AlreadyExists("The deny policy %s of %s already exists.", id, owner)
	}
	return s.putDeny(owner, id, p, s.now())
}

// UpdateDenyPolicy replaces a deny policy unless it changed after the client read it.
func (s *Store) UpdateDenyPolicy(owner, id string, p *DenyPolicy) (*DenyPolicy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.deniesOf(owner).byID[id]
	if err := checkDenyEtag(old, owner, id, p.Etag); err != nil {
		return nil, err
	}
	created, _ := time.Parse(time.RFC3339Nano, old.CreateTime)
	return s.putDeny(owner, id, p, created)
}

// DeleteDenyPolicy detaches a deny policy.
func (s *Store) DeleteDenyPolicy(owner, id, etag string) (*DenyPolicy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deniesOf(owner)
	old := d.byID[id]
	if err := checkDenyEtag(old, owner, id, etag); err != nil {
		return nil, err
	}
	delete(d.byID, id)
	d.deciding.set(s.now().Add(s.delay), d.list())
	return old, nil
}

func checkDenyEtag(old *DenyPolicy, owner, id, etag string) error {
	if old == nil {
		return refuse.NotFound("The deny policy %s of %s was not found.", id, owner)
	}
	if etag != "" && etag != old.Etag {
		return refuse.Aborted("There were concurrent policy changes. Please retry the whole read-modify-write.")
	}
	return nil
}

func (s *Store) putDeny(owner, id string, p *DenyPolicy, created time.Time) (*DenyPolicy, error) {
	if len(p.Rules) == 0 {
		return nil, refuse.InvalidArgument("got a deny policy without rules, want at least one")
	}
	for _, r := range p.Rules {
		if err := checkDenyRule(r.DenyRule); err != nil {
			return nil, err
		}
	}
	made := &DenyPolicy{Name: s.denyName(owner, id), Kind: "DenyPolicy", DisplayName: p.DisplayName, Annotations: p.Annotations, Rules: p.Rules,
		Etag: base64.StdEncoding.EncodeToString(s.etag()), CreateTime: created.UTC().Format(time.RFC3339Nano), UpdateTime: s.now().UTC().Format(time.RFC3339Nano)}
	d := s.deniesOf(owner)
	d.byID[id] = made
	d.deciding.set(s.now().Add(s.delay), d.list())
	return made, nil
}

// denyName returns the name of a deny policy, in which the owner's name is escaped and a project has its number.
func (s *Store) denyName(owner, id string) string {
	n, _ := s.tree.Node(owner)
	kind, _, _ := strings.Cut(n.Name, "/")
	return "policies/cloudresourcemanager.googleapis.com%2F" + kind + "%2F" + n.Number + "/denypolicies/" + id
}

func checkDenyRule(r *iam.GoogleIamV2DenyRule) error {
	switch {
	case r == nil || len(r.DeniedPrincipals) == 0 || len(r.DeniedPermissions) == 0:
		return refuse.InvalidArgument("got a rule without deniedPrincipals or deniedPermissions, want both")
	case r.DenialCondition != nil:
		return refuse.Unimplemented("IAM", "evaluation of denial conditions, which are about tags: %q", r.DenialCondition.Expression)
	}
	for _, p := range slices.Concat(r.DeniedPrincipals, r.ExceptionPrincipals) {
		if !denyPrincipal.MatchString(p) {
			return refuse.InvalidArgument("got principal %q, want one such as principalSet://goog/public:all", p)
		}
	}
	for _, p := range slices.Concat(r.DeniedPermissions, r.ExceptionPermissions) {
		if !denyPermission.MatchString(p) {
			return refuse.InvalidArgument("got permission %q, want one such as cloudkms.googleapis.com/cryptoKeyVersions.useToEncrypt", p)
		}
	}
	return nil
}

// FullPermission returns a permission in the form of deny policies: "cloudkms.googleapis.com/cryptoKeys.get".
func FullPermission(permission string) string {
	if strings.Contains(permission, "/") {
		return permission
	}
	service, rest, _ := strings.Cut(permission, ".")
	if service == "resourcemanager" {
		service = "cloudresourcemanager"
	}
	return service + ".googleapis.com/" + rest
}

// ShortPermission returns a permission in the form of roles: "cloudkms.cryptoKeys.get".
func ShortPermission(permission string) string {
	service, rest, found := strings.Cut(permission, ".googleapis.com/")
	if !found {
		return permission
	}
	if service == "cloudresourcemanager" {
		service = "resourcemanager"
	}
	return service + "." + rest
}

// Deniable reports whether deny policies can deny a permission.
func Deniable(permission string) bool { return !strings.HasSuffix(permission, "ViaDelegation") }

// listsPermission reports whether a list of a rule has a permission, possibly by a wildcard.
func listsPermission(list []string, permission string) bool {
	full := FullPermission(permission)
	return Deniable(permission) && slices.ContainsFunc(list, func(pattern string) bool {
		matched, err := path.Match(pattern, full)
		return matched && err == nil
	})
}
