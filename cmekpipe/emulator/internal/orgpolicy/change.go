package orgpolicy

import "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"

// get returns the policy of a constraint at a node.
func (s *Store) get(node, constraint string) (*policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.found(node, constraint)
}

func (s *Store) found(node, constraint string) (*policy, error) {
	if p := s.policies[path(node, constraint)]; p != nil {
		return p, nil
	}
	return nil, refuse.NotFound("Requested entity was not found: %s has no policy for constraints/%s.", node, constraint)
}

func (s *Store) create(node, constraint string, asked *policy) (*policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.policies[path(node, constraint)] != nil {
		return nil, refuse.AlreadyExists("Requested entity already exists: %s has a policy for constraints/%s.", node, constraint)
	}
	return s.set(node, constraint, asked)
}

// update replaces what a mask names: policy.spec, policy.dryRunSpec, or both for "" and *.
func (s *Store) update(node, constraint string, asked *policy, mask string) (*policy, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.found(node, constraint)
	if err != nil {
		return nil, err
	}
	if asked.Etag != "" && asked.Etag != old.Etag {
		return nil, refuse.Aborted("There were concurrent policy changes. Please retry the whole read-modify-write.")
	}
	changed := *asked
	switch mask {
	case "", "*":
	case "policy.spec", "spec":
		changed.DryRunSpec = old.DryRunSpec
	case "policy.dry_run_spec", "policy.dryRunSpec", "dryRunSpec":
		changed.Spec = old.Spec
	default:
		return nil, refuse.InvalidArgument("got updateMask %q, want policy.spec or policy.dry_run_spec", mask)
	}
	return s.set(node, constraint, &changed)
}

func (s *Store) remove(node, constraint, etag string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.found(node, constraint)
	if err != nil {
		return err
	}
	if etag != "" && etag != old.Etag {
		return refuse.Aborted("There were concurrent policy changes. Please retry the whole read-modify-write.")
	}
	delete(s.policies, path(node, constraint))
	return nil
}

// Set sets the policy of a constraint at a node.
func (s *Store) Set(node, constraint string, p *policy) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.set(s.tree.Canonical(node), constraint, p)
	return err
}
