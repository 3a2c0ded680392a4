package access

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"cloud.google.com/go/iam/apiv1/iampb"
	"google.golang.org/genproto/googleapis/type/expr"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// conditional is the version of policies with conditions.
const conditional = 3

// policy is the allow policy of one resource. The zero policy grants nothing.
type policy struct {
	bindings []*iampb.Binding // as clients read them
	audit    []*iampb.AuditConfig
	etag     []byte
	deciding timeline[[]*iampb.Binding]
}

// Policy returns the allow policy of a resource, which may have none, in a version that the client requested: 3 has
// conditions, and lower versions replace the names of roles with conditions.
func (s *Store) Policy(resource string, version int32) (*iampb.Policy, error) {
	if version < 0 || version > conditional || version == 2 {
		return nil, refuse.InvalidArgument("got requested_policy_version %d, want 0, 1 or 3", version)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.policy(resource).view(version), nil
}

// policy returns the policy of a resource, created if necessary. Its caller has locked s.mu.
func (s *Store) policy(resource string) *policy {
	resource = s.tree.Canonical(resource)
	p := s.policies[resource]
	if p == nil {
		p = &policy{etag: s.etag()}
		s.policies[resource] = p
	}
	return p
}

func (p *policy) view(version int32) *iampb.Policy {
	shown := &iampb.Policy{Version: 1, Etag: slices.Clone(p.etag)}
	for _, a := range p.audit {
		shown.AuditConfigs = append(shown.AuditConfigs, proto.CloneOf(a))
	}
	for _, b := range p.bindings {
		b := proto.CloneOf(b)
		switch {
		case b.GetCondition() == nil:
		case version == conditional:
			shown.Version = conditional
		default:
			b.Role, b.Condition = conditionalRole(b), nil
		}
		shown.Bindings = append(shown.Bindings, b)
	}
	return shown
}

// conditionalRole is the name of a role with a condition for clients that don't know conditions.
func conditionalRole(b *iampb.Binding) string {
	c := b.GetCondition()
	sum := sha256.Sum256([]byte(c.GetExpression() + "\x00" + c.GetTitle() + "\x00" + c.GetDescription()))
	return b.GetRole() + "_withcond_" + hex.EncodeToString(sum[:10])
}

// SetPolicy replaces those fields of the policy of a resource that a mask names, by default the bindings, unless the policy
// changed after the client read it.
func (s *Store) SetPolicy(resource string, asked *iampb.Policy, mask []string) (*iampb.Policy, error) {
	if asked == nil {
		return nil, refuse.InvalidArgument("got no policy, want one")
	}
	setsBindings, setsAudit := len(mask) == 0, false
	for _, path := range mask {
		switch strings.ReplaceAll(path, "_", "") {
		case "bindings":
			setsBindings = true
		case "auditConfigs", "auditconfigs":
			setsAudit = true
		case "etag", "version":
		default:
			return nil, refuse.InvalidArgument("got %q in update_mask, want bindings, audit_configs and etag", path)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.policy(resource)
	if len(asked.GetEtag()) > 0 && !bytes.Equal(asked.GetEtag(), p.etag) {
		return nil, status.Error(codes.Aborted, "There were concurrent policy changes. Please retry the whole read-modify-write.")
	}
	bindings, err := s.newBindings(resource, p, asked)
	if err != nil {
		return nil, err
	}
	if err := checkAudit(asked.GetAuditConfigs()); err != nil {
		return nil, err
	}
	if setsBindings {
		p.bindings = bindings
		p.deciding.set(s.now().Add(s.delay), bindings)
	}
	if setsAudit {
		p.audit = asked.GetAuditConfigs()
	}
	p.etag = s.etag()
	return p.view(asked.GetVersion()), nil
}

// newBindings returns the bindings of a request, with the conditions that a client of version 1 could not read.
func (s *Store) newBindings(resource string, p *policy, asked *iampb.Policy) ([]*iampb.Binding, error) {
	hidden := map[string]*expr.Expr{}
	for _, b := range p.bindings {
		if b.GetCondition() != nil {
			hidden[conditionalRole(b)] = b.GetCondition()
		}
	}
	var bindings []*iampb.Binding
	for _, b := range asked.GetBindings() {
		b := proto.CloneOf(b)
		if c := hidden[b.GetRole()]; c != nil && asked.GetVersion() < conditional {
			delete(hidden, b.GetRole())
			b.Role, _, _ = strings.Cut(b.GetRole(), "_withcond_")
			b.Condition = c
		} else if b.GetCondition() != nil && asked.GetVersion() != conditional {
			return nil, refuse.InvalidArgument("got policy version %d with a condition on %s, want version 3", asked.GetVersion(), b.GetRole())
		}
		if err := s.checkBinding(resource, b); err != nil {
			return nil, err
		}
		bindings = append(bindings, b)
	}
	if len(hidden) > 0 && asked.GetVersion() < conditional && len(asked.GetEtag()) > 0 {
		return nil, refuse.InvalidArgument("got policy version %d for a policy with conditions, want version 3 to remove bindings", asked.GetVersion())
	}
	return bindings, nil
}

func checkAudit(configs []*iampb.AuditConfig) error {
	for _, c := range configs {
		if c.GetService() != "allServices" && !strings.HasSuffix(c.GetService(), ".googleapis.com") {
			return refuse.InvalidArgument("got service %q in audit_configs, want allServices or one such as cloudkms.googleapis.com", c.GetService())
		}
		for _, l := range c.GetAuditLogConfigs() {
			if l.GetLogType() == iampb.AuditLogConfig_LOG_TYPE_UNSPECIFIED {
				return refuse.InvalidArgument("got no log_type for %s, want ADMIN_READ, DATA_READ or DATA_WRITE", c.GetService())
			}
		}
	}
	return nil
}
