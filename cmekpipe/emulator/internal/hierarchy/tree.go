package hierarchy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// The states of a resource.
const (
	Active          = "ACTIVE"
	DeleteRequested = "DELETE_REQUESTED"
)

// Node is an organization, a folder or a project.
type Node struct {
	// Name is "organizations/NUMBER", "folders/NUMBER" or "projects/ID".
	Name string
	// Number is the number in the name; that of a project depends on its id.
	Number string
	// Parent is the name of the folder or organization above, "" if there is none.
	Parent string
	// DisplayName is the domain of an organization and the title of others.
	DisplayName string
	// State is Active or DeleteRequested.
	State string
	// Created is when the resource was added, zero for a project that nobody added.
	Created time.Time
}

// Tree is the hierarchy. Use [New].
type Tree struct {
	now func() time.Time

	mu      sync.Mutex
	nodes   map[string]Node
	removed map[string]bool   // projects that don't exist
	ids     map[string]string // of projects, by their numbers
}

// New returns a tree without organizations and folders.
func New(now func() time.Time) *Tree {
	return &Tree{now: now, nodes: map[string]Node{}, removed: map[string]bool{}, ids: map[string]string{}}
}

var (
	numbered  = regexp.MustCompile(`^(organizations|folders)/[0-9]{1,20}$`)
	projectID = regexp.MustCompile(`^projects/(([a-z0-9][-a-z0-9]*\.)+[a-z0-9-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$`)
	byNumber  = regexp.MustCompile(`^projects/[0-9]+$`)
)

// Add adds an organization, folder or project below a parent, which must exist, or moves one.
func (t *Tree) Add(name, parent, displayName string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !numbered.MatchString(name) && !projectID.MatchString(name) {
		return fmt.Errorf("got name %q, want organizations/NUMBER, folders/NUMBER or projects/ID", name)
	}
	organization := strings.HasPrefix(name, "organizations/")
	if _, ok := t.nodes[parent]; organization != (parent == "") || !organization && (!ok || strings.HasPrefix(parent, "projects/")) {
		return fmt.Errorf("got parent %q of %s, want an existing folder or organization, and none for an organization", parent, name)
	}
	if slices.Contains(t.above(parent), name) {
		return fmt.Errorf("got parent %q of %s, want one that is not below it", parent, name)
	}
	n := Node{Name: name, Number: name[strings.IndexByte(name, '/')+1:], Parent: parent, DisplayName: displayName, State: Active, Created: t.now()}
	if id, ok := strings.CutPrefix(name, "projects/"); ok {
		n.Number = core.ProjectNumber(id)
	}
	t.nodes[name] = n
	delete(t.removed, name)
	t.remember(name)
	return nil
}

// SetState marks a resource as active or as one whose deletion was requested.
func (t *Tree) SetState(name, state string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.node(name)
	if !ok {
		return fmt.Errorf("got %q, want an existing organization, folder or project", name)
	}
	n.State = state
	t.nodes[n.Name] = n
	return nil
}

// Remove makes a project not exist.
func (t *Tree) Remove(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name = t.canonical(name)
	delete(t.nodes, name)
	t.removed[name] = true
}

// Node returns the resource with a name. A project may be named by its number.
func (t *Tree) Node(name string) (Node, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.node(name)
}

func (t *Tree) node(name string) (Node, bool) {
	name = t.canonical(name)
	if n, ok := t.nodes[name]; ok {
		return n, true
	}
	if t.removed[name] || !projectID.MatchString(name) {
		return Node{}, false
	}
	t.remember(name)
	id := strings.TrimPrefix(name, "projects/")
	return Node{Name: name, Number: core.ProjectNumber(id), DisplayName: id, State: Active}, true
}

// Canonical returns a name with a project's number replaced by its id, if a call has named the project by its id before.
func (t *Tree) Canonical(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.canonical(name)
}

func (t *Tree) canonical(name string) string {
	head, rest := cutNode(name)
	if projectID.MatchString(head) {
		t.remember(head)
	}
	if id, ok := t.ids[strings.TrimPrefix(head, "projects/")]; ok && byNumber.MatchString(head) {
		return "projects/" + id + rest
	}
	return name
}

// remember lets the project be found by its number.
func (t *Tree) remember(name string) {
	if id, ok := strings.CutPrefix(name, "projects/"); ok {
		t.ids[core.ProjectNumber(id)] = id
	}
}

// cutNode splits the name of a resource after its organization, folder or project.
func cutNode(name string) (head, rest string) {
	first := strings.IndexByte(name, '/')
	if first < 0 {
		return name, ""
	}
	if next := strings.IndexByte(name[first+1:], '/'); next >= 0 {
		return name[:first+1+next], name[first+1+next:]
	}
	return name, ""
}

// Owner returns the organization, folder or project that a resource belongs to, which is the first part of its name.
func (t *Tree) Owner(name string) string {
	head, _ := cutNode(t.Canonical(name))
	return head
}

// Above returns an organization, folder or project and everything above it, the nearest first.
func (t *Tree) Above(name string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.above(t.canonical(name))
}

func (t *Tree) above(name string) []string {
	var names []string
	for name != "" && !slices.Contains(names, name) {
		names = append(names, name)
		name = t.nodes[name].Parent
	}
	return names
}

// Nodes returns the resources of a kind, such as "projects", that were added, sorted by name.
func (t *Tree) Nodes(kind string) []Node {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []Node
	for _, name := range slices.Sorted(maps.Keys(t.nodes)) {
		if strings.HasPrefix(name, kind+"/") {
			found = append(found, t.nodes[name])
		}
	}
	return found
}
