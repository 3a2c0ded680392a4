package storage

import (
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
)

// appendRefill is how long BigQuery refuses all appends of a project that has used up its throughput. Source:
// https://github.com/apache/beam/pull/31837.
const appendRefill = 10 * time.Minute

// quotas count what projects use of the Storage Write API. The zero quotas have counted nothing.
type quotas struct {
	mu       sync.Mutex
	projects map[string]*usage
}

// usage is what one project uses.
type usage struct {
	hour        time.Time // when the count of streams began
	streams     int
	connections int
	appended    int64     // bytes since the last refill
	refused     time.Time // appends are refused until then
}

// of returns what a project uses. The caller holds the lock.
func (q *quotas) of(project string) *usage {
	if q.projects == nil {
		q.projects = make(map[string]*usage)
	}
	u := q.projects[project]
	if u == nil {
		u = &usage{}
		q.projects[project] = u
	}
	return u
}

func exhausted(quota, project string) error {
	return refuse(codes.ResourceExhausted, "Exceeds '%s' quota, user_id: project %s. Please contact your administrator.", quota,
		project)
}

// createStream counts a new stream.
func (q *quotas) createStream(project string, l store.Limits, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.of(project)
	if now.Sub(u.hour) >= time.Hour {
		u.hour, u.streams = now, 0
	}
	if u.streams >= l.StreamsPerHour {
		return exhausted("CreateWriteStream requests", project)
	}
	u.streams++
	return nil
}

// connect counts a new connection, until disconnect.
func (q *quotas) connect(project string, l store.Limits) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.of(project)
	if u.connections >= l.Connections {
		return exhausted("Concurrent connections", project)
	}
	u.connections++
	return nil
}

func (q *quotas) disconnect(project string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.of(project).connections--
}

// append counts the bytes of a request. When they exceed the throughput, all appends are refused until it is refilled.
func (q *quotas) append(project string, bytes int64, l store.Limits, now time.Time) error {
	if l.AppendBytes == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	u := q.of(project)
	if now.Before(u.refused) {
		return exhausted("AppendRows throughput", project)
	}
	if u.appended += bytes; u.appended > l.AppendBytes {
		u.appended, u.refused = 0, now.Add(appendRefill)
		return exhausted("AppendRows throughput", project)
	}
	return nil
}
