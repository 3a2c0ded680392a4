package kms

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/iam/apiv1/iampb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// policy is the IAM policy of one resource. The zero policy grants nothing.
type policy struct {
	bindings []*iampb.Binding // as clients read them
	edition  uint64           // number of changes
	changes  []change         // in their order
}

// change are the bindings that decide from a time on.
type change struct {
	from     time.Time
	bindings []*iampb.Binding
}

func (p *policy) etag() []byte { return binary.BigEndian.AppendUint64(nil, p.edition) }

func (p *policy) view() *iampb.Policy {
	return &iampb.Policy{Version: 1, Bindings: clones(p.bindings), Etag: p.etag()}
}

// replace replaces the bindings unless the policy changed after the client read it. The new ones decide from a time on.
func (p *policy) replace(asked *iampb.Policy, from time.Time) error {
	if len(asked.GetEtag()) > 0 && !bytes.Equal(asked.GetEtag(), p.etag()) {
		return status.Error(codes.Aborted, "There were concurrent policy changes. Please retry the whole read-modify-write.")
	}
	for _, b := range asked.GetBindings() {
		if err := checkBinding(b); err != nil {
			return err
		}
	}
	p.bindings = clones(asked.GetBindings())
	p.edition++
	p.changes = append(p.changes, change{from, p.bindings})
	return nil
}

// effective returns the bindings that decide at a time.
func (p *policy) effective(now time.Time) []*iampb.Binding {
	for _, c := range slices.Backward(p.changes) {
		if !now.Before(c.from) {
			return c.bindings
		}
	}
	return nil
}

func (p *policy) grants(member, permission string, now time.Time) bool {
	return slices.ContainsFunc(p.effective(now), func(b *iampb.Binding) bool {
		return slices.Contains(permissionsOf(b.GetRole()), permission) &&
			(slices.Contains(b.GetMembers(), member) ||
				slices.Contains(b.GetMembers(), "allUsers") || slices.Contains(b.GetMembers(), "allAuthenticatedUsers"))
	})
}

func checkBinding(b *iampb.Binding) error {
	if permissionsOf(b.GetRole()) == nil {
		return invalid("got role %q, want roles/cloudkms.admin, viewer, cryptoKeyEncrypterDecrypter, cryptoKeyEncrypter or "+
			"cryptoKeyDecrypter: the loopback Cloud KMS has no other", b.GetRole())
	}
	if b.GetCondition() != nil {
		return invalid("got a condition on %s, want none: the loopback Cloud KMS can't evaluate it", b.GetRole())
	}
	if len(b.GetMembers()) == 0 {
		return invalid("got no members for %s, want one or more", b.GetRole())
	}
	for _, member := range b.GetMembers() {
		if !isMember(member) {
			return invalid("got member %q, want one such as serviceAccount:EMAIL", member)
		}
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
		return strings.HasPrefix(id, "//iam.googleapis.com/")
	}
	return false
}
