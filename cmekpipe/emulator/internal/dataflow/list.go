package dataflow

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	api "google.golang.org/api/dataflow/v1b3"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// maxPage is the maximum of jobs or messages in one answer. Google does not document its limit.
const maxPage = 100

// position is a job's place in a list. The newest job is first; with a filter for both, running jobs precede those that
// ended. A page token is the position of the last job shown, so that jobs that are created or end between pages neither
// repeat nor hide others.
type position struct {
	Ended bool  `json:"e,omitempty"`
	Nanos int64 `json:"n"`
	Seq   int   `json:"s"`
}

func (p position) compare(q position) int {
	if p.Ended != q.Ended {
		if q.Ended {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(q.Nanos, p.Nanos), cmp.Compare(q.Seq, p.Seq))
}

// listFilter is the filter of jobs.list.
type listFilter struct{ active, ended, mixed bool }

func (c *call) listFilter() (listFilter, error) {
	switch name := c.query.Get("filter"); name {
	case "", "UNKNOWN":
		return listFilter{active: true, ended: true, mixed: true}, nil
	case "ALL":
		return listFilter{active: true, ended: true}, nil
	case "ACTIVE":
		return listFilter{active: true}, nil
	case "TERMINATED":
		return listFilter{ended: true}, nil
	default:
		return listFilter{}, core.BadRequest("got filter " + name + ", want ALL, ACTIVE or TERMINATED")
	}
}

// place returns the job's position in a list, and whether the list includes it.
func (f listFilter) place(j *job) (position, bool) {
	seen := j.visibleState()
	switch ended := seen.state.terminal(); {
	case f.mixed || !ended:
		return position{Nanos: j.created.UnixNano(), Seq: j.seq}, f.active
	default:
		return position{Ended: true, Nanos: seen.at.UnixNano(), Seq: j.seq}, f.ended
	}
}

// list returns summaries of jobs in one region or in all regions, whatever view is requested.
func (s *Server) list(c *call) (any, error) {
	filter, err := c.listFilter()
	if err != nil {
		return nil, err
	}
	size, err := c.pageSize()
	if err != nil {
		return nil, err
	}
	var last *position
	if err := c.pageToken(&last); err != nil {
		return nil, err
	}
	at := map[position]*job{}
	for _, j := range s.jobs {
		if !c.lists(j) || j.region == s.set.lost {
			continue
		}
		s.advance(c.ctx, j, c.now)
		if p, ok := filter.place(j); ok && j.visible(c.now) && (last == nil || p.compare(*last) > 0) {
			at[p] = j
		}
	}
	page := pageOf(at, size)
	if s.set.lost != "" && (c.region == allRegions || c.region == s.set.lost) {
		page.Failed = []*api.FailedLocation{{Name: s.set.lost}}
	}
	return page, nil
}

// lists reports whether a list includes the job. Google filters by name only within a region.
func (c *call) lists(j *job) bool {
	if j.project != c.project || c.region == allRegions {
		return j.project == c.project
	}
	name := c.query.Get("name")
	return j.region == c.region && (name == "" || name == j.Name)
}

type jobPage struct {
	Jobs   []fields              `json:"jobs,omitempty"`
	Next   string                `json:"nextPageToken,omitempty"`
	Failed []*api.FailedLocation `json:"failedLocation,omitempty"`
}

func pageOf(at map[position]*job, size int) jobPage {
	order := make([]position, 0, len(at))
	for p := range at {
		order = append(order, p)
	}
	slices.SortFunc(order, position.compare)
	var page jobPage
	for _, p := range order[:min(size, len(order))] {
		page.Jobs = append(page.Jobs, at[p].in(summary))
	}
	if len(order) > size {
		page.Next = encodePageToken(order[size-1])
	}
	return page
}

func (c *call) pageSize() (int, error) {
	text := c.query.Get("pageSize")
	if text == "" {
		return maxPage, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, core.BadRequest("got pageSize " + text + ", want a whole number from 0 on")
	}
	if n == 0 {
		return maxPage, nil
	}
	return min(int(n), maxPage), nil
}

// pageToken parses the call's page token into place, which is unchanged if there is none.
func (c *call) pageToken(place any) error {
	token := c.query.Get("pageToken")
	if token == "" {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, place) != nil {
		return badPageToken()
	}
	return nil
}

func encodePageToken(place any) string {
	return base64.RawURLEncoding.EncodeToString(marshal(place))
}

func badPageToken() error {
	return core.BadRequest("got a pageToken that no earlier answer had; omit it to list from the beginning")
}
