package guard

import (
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// scopes are the full paths of a pipeline's scopes, and what is taken in each of them. Paths are made of the scopes' labels,
// safe to print. As in Beam's model, the second scope or transform of a name in one scope ends in '1, the third in '2.
type scopes struct {
	paths  map[*graph.Scope]string
	labels map[*graph.Scope]string
	taken  map[*graph.Scope]map[string]int // how often a name stands in a scope
}

// scopesOf returns the paths of all scopes of a graph. A path is built once for the deepest scope, and those of the scopes
// around it share its memory, so that time and memory grow with the pipeline and not with the square of its depth.
func scopesOf(edges []*graph.MultiEdge) *scopes {
	s := &scopes{map[*graph.Scope]string{}, map[*graph.Scope]string{}, map[*graph.Scope]map[string]int{}}
	var all []*graph.Scope
	inner := map[*graph.Scope]bool{} // scopes that have a scope inside
	for _, e := range edges {
		all = s.name(e.Scope(), all, inner)
	}
	for _, scope := range all {
		if !inner[scope] {
			s.build(scope)
		}
	}
	return s
}

// name gives a scope and those around it their labels, outermost first, and appends those that had none.
func (s *scopes) name(scope *graph.Scope, all []*graph.Scope, inner map[*graph.Scope]bool) []*graph.Scope {
	var unnamed []*graph.Scope
	for ; scope != nil; scope = scope.Parent {
		if _, named := s.labels[scope]; named {
			break
		}
		unnamed = append(unnamed, scope)
	}
	for i := len(unnamed) - 1; i >= 0; i-- {
		scope := unnamed[i]
		s.labels[scope] = s.unique(scope.Parent, cmekpipe.Printable(scope.Label))
		inner[scope.Parent] = true
		all = append(all, scope)
	}
	return all
}

// build makes the path of a scope, and those of the scopes around it that have none.
func (s *scopes) build(innermost *graph.Scope) {
	var around []*graph.Scope
	for scope := innermost; scope != nil; scope = scope.Parent {
		around = append(around, scope)
	}
	var path strings.Builder
	ends := make([]int, len(around))
	for i := len(around) - 1; i >= 0; i-- {
		if path.Len() > 0 {
			path.WriteByte('/')
		}
		path.WriteString(s.labels[around[i]])
		ends[i] = path.Len()
	}
	for i, scope := range around {
		if _, done := s.paths[scope]; done {
			break
		}
		s.paths[scope] = path.String()[:ends[i]]
	}
}

// unique returns a name that nothing else in the scope has.
func (s *scopes) unique(scope *graph.Scope, name string) string {
	if s.taken[scope] == nil {
		s.taken[scope] = map[string]int{}
	}
	n := s.taken[scope][name]
	s.taken[scope][name]++
	if n == 0 {
		return name
	}
	return name + "'" + strconv.Itoa(n)
}
