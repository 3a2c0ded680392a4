package store

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"
)

// Query selects the objects of a list.
type Query struct {
	// Prefix is the prefix of the names.
	Prefix string
	// Delimiter folds names that contain it after the prefix into one prefix each; empty folds nothing.
	Delimiter string
	// TrailingDelimiter also lists an object whose name ends in its folded prefix.
	TrailingDelimiter bool
	// Start is the first name, End the first name after the list; empty means no bound.
	Start, End string
	// Match filters names; nil matches all.
	Match func(name string) bool
	// Versions includes noncurrent generations, SoftDeleted selects only soft-deleted ones.
	Versions, SoftDeleted bool
	// After is the end of the previous page.
	After Cursor
	// Limit is the maximum of objects and prefixes of a page together; it is positive.
	Limit int
}

// Cursor is the last entry of a page: an object's generation or a folded prefix. The zero Cursor is before all.
type Cursor struct {
	// Name is the object's name or the prefix.
	Name string `json:"n"`
	// Generation is the object's; 0 for a prefix.
	Generation int64 `json:"g,omitempty"`
}

// Page is a part of a list.
type Page struct {
	// Objects come in the order of their names, then of their generations.
	Objects []*Object
	// Prefixes are the folded names, sorted.
	Prefixes []string
	// Next is the start of the next page; nil on the last page.
	Next *Cursor
}

// List returns one page of a bucket's objects.
func (s *Store) List(bucket string, q Query) (Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.bucket(bucket)
	if err != nil {
		return Page{}, err
	}
	if q.SoftDeleted && b.retention() == 0 {
		return Page{}, NoSoftDelete
	}
	w := &walk{Query: q, bucket: b, now: s.env.Now()}
	for i := w.first(); i < len(b.names) && w.page.Next == nil && w.within(b.names[i]); {
		i = w.visit(i)
	}
	return w.page, nil
}

// walk lists the names of a bucket in order.
type walk struct {
	Query
	bucket *bucket
	now    time.Time
	page   Page
	last   Cursor
}

// first returns the index of the first name that the query selects.
func (w *walk) first() int {
	i, _ := slices.BinarySearch(w.bucket.names, max(w.Prefix, w.Start, w.After.Name))
	if w.After.Name != "" && w.After.Generation == 0 {
		i = w.behind(i, w.After.Name)
	}
	return i
}

func (w *walk) within(name string) bool {
	return strings.HasPrefix(name, w.Prefix) && (w.End == "" || name < w.End)
}

// visit lists the objects of one name or a folded prefix and returns the index of the next name.
func (w *walk) visit(i int) int {
	name := w.bucket.names[i]
	if w.Match != nil && !w.Match(name) {
		return i + 1
	}
	generations := w.generations(name)
	if len(generations) == 0 {
		return i + 1
	}
	prefix, folded := w.fold(name)
	if !folded || w.TrailingDelimiter && name == prefix {
		for _, o := range generations {
			w.object(o)
		}
	}
	if !folded {
		return i + 1
	}
	w.prefix(prefix)
	return w.behind(i, prefix)
}

func (w *walk) object(o *Object) {
	onPageBefore := o.Name == w.After.Name && o.Generation <= w.After.Generation
	if onPageBefore || w.full() {
		return
	}
	w.page.Objects = append(w.page.Objects, o)
	w.last = Cursor{Name: o.Name, Generation: o.Generation}
}

func (w *walk) prefix(prefix string) {
	if w.full() {
		return
	}
	w.page.Prefixes = append(w.page.Prefixes, prefix)
	w.last = Cursor{Name: prefix}
}

// full ends the page if it is full and more entries exist.
func (w *walk) full() bool {
	if w.page.Next == nil && len(w.page.Objects)+len(w.page.Prefixes) >= w.Limit {
		w.page.Next = &w.last
	}
	return w.page.Next != nil
}

// fold returns the prefix that a name folds into, if it contains the delimiter.
func (w *walk) fold(name string) (string, bool) {
	if w.Delimiter == "" {
		return "", false
	}
	at := strings.Index(name[len(w.Prefix):], w.Delimiter)
	if at < 0 {
		return "", false
	}
	return name[:len(w.Prefix)+at+len(w.Delimiter)], true
}

// behind returns the index of the first name from i on that does not start with the prefix.
func (w *walk) behind(i int, prefix string) int {
	rest := w.bucket.names[i:]
	return i + sort.Search(len(rest), func(j int) bool { return !strings.HasPrefix(rest[j], prefix) })
}

// generations returns the generations of a name that the query selects, oldest first.
func (w *walk) generations(name string) []*Object {
	h := w.bucket.history(name, w.now)
	var found []*Object
	switch {
	case w.SoftDeleted:
		found = slices.Clone(h.soft)
	case w.Versions:
		found = slices.Clone(h.old)
		fallthrough
	default:
		if h.live != nil {
			found = append(found, h.live)
		}
	}
	slices.SortFunc(found, func(a, b *Object) int { return cmp.Compare(a.Generation, b.Generation) })
	return found
}
