package healthcare

import (
	"encoding/json"
	"slices"
	"strconv"
)

// The page sizes of search results. Source: method fhir.search of the API. Google's service also ends a page early to
// limit its bytes; the limit is not published.
const (
	defaultCount = 100
	maxCount     = 1000
	pageBytes    = 8 << 20
)

// found is one page of results.
type found struct {
	ResourceType string       `json:"resourceType"`
	Type         string       `json:"type"`
	Entry        []foundEntry `json:"entry,omitempty"`
	Link         []link       `json:"link,omitempty"`
}

type foundEntry struct {
	FullURL  string            `json:"fullUrl"`
	Resource json.RawMessage   `json:"resource"`
	Search   map[string]string `json:"search"`
}

type link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

func (s *Server) search(c *call) (*answer, error) {
	count, from, err := c.searchPage()
	if err != nil {
		return nil, err
	}
	w, err := s.openStore(c)
	if err != nil {
		return nil, err
	}
	out := found{ResourceType: "Bundle", Type: "searchset"}
	size := 0
	for i := from; i < len(w.store.order); i++ {
		r := w.store.order[i]
		if c.kind != "" && r.kind != c.kind || c.query.Has("_id") && r.id != c.query.Get("_id") {
			continue
		}
		if len(out.Entry) == count || size > 0 && size+len(r.body) > pageBytes {
			out.Link = append(out.Link, link{"next", c.nextPage(i)})
			break
		}
		size += len(r.body)
		out.Entry = append(out.Entry, foundEntry{
			"https://healthcare.googleapis.com/v1/" + w.store.resourceName(r), r.body, map[string]string{"mode": "match"}})
	}
	return &answer{body: out}, nil
}

// searchPage reads the parameters and refuses unsupported ones.
func (c *call) searchPage() (count, from int, err error) {
	count = defaultCount
	for name := range c.query {
		if !slices.Contains([]string{"_id", "_count", "_page_token", "alt", "prettyPrint"}, name) {
			return 0, 0, unsupported("the loopback Healthcare API has no search parameter " + name)
		}
	}
	if text := c.query.Get("_count"); text != "" {
		if count, err = strconv.Atoi(text); err != nil || count < 1 {
			return 0, 0, invalid("got _count " + text + ", want a number from 1 on")
		}
	}
	if token := c.query.Get("_page_token"); token != "" {
		if from, err = strconv.Atoi(token); err != nil || from < 0 {
			return 0, 0, invalid("got a _page_token that no earlier answer had")
		}
	}
	return min(count, maxCount), from, nil
}

// nextPage returns the link to the page that begins with the i-th resource.
func (c *call) nextPage(i int) string {
	query := c.query
	query.Set("_page_token", strconv.Itoa(i))
	path := c.storeName() + "/fhir/"
	if c.kind != "" {
		path += c.kind + "/"
	}
	return "https://healthcare.googleapis.com/v1/" + path + "?" + query.Encode()
}
