package bigquery

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/bigquery/store"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// maxRequest is the largest body of a call, in bytes: 10 MB. Source:
// https://docs.cloud.google.com/bigquery/quotas#streaming_inserts.
const maxRequest = 10 << 20

// call is one request on its way through a method.
type call struct {
	method  string
	r       *http.Request
	query   url.Values
	project string
	dataset store.DatasetRef
	table   store.TableRef
	job     string
}

func newCall(method string, r *http.Request) *call {
	c := &call{method: method, r: r, query: r.URL.Query(), project: r.PathValue("project"), job: r.PathValue("job")}
	c.dataset = store.DatasetRef{Project: c.project, Dataset: r.PathValue("dataset")}
	c.table = store.TableRef{Project: c.project, Dataset: c.dataset.Dataset, Table: r.PathValue("table")}
	return c
}

// resource is what faults know a call by: "project.dataset.table", "project:job", else the project.
func (c *call) resource() string {
	switch {
	case c.table.Table != "":
		return c.table.String()
	case c.dataset.Dataset != "":
		return c.dataset.String()
	case c.job != "":
		return c.project + ":" + c.job
	}
	return c.project
}

// ctx outlives a client that hangs up: what a call has begun to commit, it ends.
func (c *call) ctx() context.Context { return context.WithoutCancel(c.r.Context()) }

// body reads what a client sends, whole.
func (c *call) body() ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(nil, c.r.Body, maxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, core.Refusal(http.StatusRequestEntityTooLarge, store.TooLarge,
			"Request payload size exceeds the limit: 10485760 bytes.")
	}
	return data, err
}

// decode reads a body of JSON.
func (c *call) decode(v any) error {
	data, err := c.body()
	if err != nil {
		return err
	}
	return decodeJSON(data, v)
}

func decodeJSON(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return core.Refusal(http.StatusBadRequest, "parseError", "Parse Error")
	}
	return nil
}

// number returns a parameter of the query, or otherwise where it is not given.
func (c *call) number(name string, otherwise int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, store.Refuse(store.Invalid, "Invalid value for %s: %q", name, text)
	}
	return n, nil
}

// flag returns a parameter that is true or false, which it is where it is not given.
func (c *call) flag(name string) bool {
	on, err := strconv.ParseBool(c.query.Get(name))
	return on && err == nil
}

// page cuts one page out of a list, and returns the token of the next one.
func page[T any](c *call, all []T) (part []T, next string, err error) {
	const most = 1000
	size, err := c.number("maxResults", most)
	if err != nil {
		return nil, "", err
	}
	start, err := c.number("pageToken", 0)
	if err != nil {
		return nil, "", err
	}
	if size == 0 || size > most {
		size = most
	}
	start = min(start, len(all))
	end := min(start+size, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[start:end], next, nil
}

// merge returns a resource with the fields of a patch: null removes one, objects are merged.
func merge[T any](resource T, patch []byte) (T, error) {
	var changed T
	var before, change map[string]any
	text, err := json.Marshal(resource)
	if err != nil {
		return changed, err
	}
	if err := decodeJSON(text, &before); err != nil {
		return changed, err
	}
	if err := decodeJSON(patch, &change); err != nil {
		return changed, err
	}
	mergeObject(before, change)
	if text, err = json.Marshal(before); err != nil {
		return changed, err
	}
	return changed, decodeJSON(text, &changed)
}

func mergeObject(to, change map[string]any) {
	for name, value := range change {
		inner, object := value.(map[string]any)
		old, both := to[name].(map[string]any)
		switch {
		case value == nil:
			delete(to, name)
		case object && both:
			mergeObject(old, inner)
		default:
			to[name] = value
		}
	}
}
