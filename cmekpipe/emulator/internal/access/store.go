package access

import (
	"encoding/binary"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/api/iam/v1"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/hierarchy"
)

// Store holds policies and roles. Use [New].
type Store struct {
	now  func() time.Time
	tree *hierarchy.Tree

	mu     sync.Mutex
	delay  time.Duration // until a changed policy decides
	serial uint64        // counts changes, for etags

	policies map[string]*policy   // by resource
	denials  map[string]*denials  // by organization, folder or project
	roles    map[string]*iam.Role // predefined and custom
}

// New returns a store without policies and custom roles for the resources of a hierarchy.
func New(now func() time.Time, tree *hierarchy.Tree) *Store {
	return &Store{now: now, tree: tree, policies: map[string]*policy{}, denials: map[string]*denials{}, roles: predefinedRoles()}
}

// Tree returns the hierarchy through which policies are inherited.
func (s *Store) Tree() *hierarchy.Tree { return s.tree }

// Delay makes the changes of policies from now on decide only after some time by the cloud's clock. Clients read a changed
// policy at once.
func (s *Store) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// etag returns bytes that no other state has.
func (s *Store) etag() []byte {
	s.serial++
	return binary.BigEndian.AppendUint64(nil, s.serial)
}

// timeline is a value with the changes of it that were made and may decide later.
type timeline[T any] struct{ changes []change[T] }

type change[T any] struct {
	from  time.Time
	value T
}

func (l *timeline[T]) set(from time.Time, value T) {
	l.changes = append(l.changes, change[T]{from, value})
}

// at returns the value that decides at a time; zero before the first.
func (l *timeline[T]) at(now time.Time) (value T) {
	for _, c := range slices.Backward(l.changes) {
		if !now.Before(c.from) {
			return c.value
		}
	}
	return value
}

// Chain returns a resource and everything that it inherits policies from, the nearest first: a key, its key ring, the
// project, folders and the organization.
func (s *Store) Chain(resource string) []string {
	resource = s.tree.Canonical(resource)
	owner := s.tree.Owner(resource)
	var names []string
	for name := resource; len(name) > len(owner); name = parent(name) {
		names = append(names, name)
	}
	return append(names, s.tree.Above(owner)...)
}

// parent returns a name without its last two parts.
func parent(name string) string {
	for range 2 {
		name = name[:max(strings.LastIndexByte(name, '/'), 0)]
	}
	return name
}
