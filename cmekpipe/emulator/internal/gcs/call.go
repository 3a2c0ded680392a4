package gcs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// call is one request on its way through a method.
type call struct {
	target
	w     http.ResponseWriter
	r     *http.Request
	query url.Values
}

// xml reports whether the client speaks the XML API.
func (c *call) xml() bool { return c.kind == xmlObjectKind }

// ctx outlives a client that hangs up: what a call has begun to commit, it ends.
func (c *call) ctx() context.Context { return context.WithoutCancel(c.r.Context()) }

// finish serves the call and answers with the error, if there is one.
func (c *call) finish(serve func(*call) error) {
	err := c.check()
	if err == nil {
		err = serve(c)
	}
	if err != nil {
		writeError(c.w, refusal(err, c.bucket, c.object), c.xml())
	}
}

// check refuses what the server would otherwise have to leave out in silence.
func (c *call) check() error {
	for _, header := range []string{"X-Goog-Encryption-Algorithm", "X-Goog-Copy-Source-Encryption-Algorithm"} {
		if c.r.Header.Get(header) != "" {
			return invalid("The loopback Cloud Storage takes no customer-supplied encryption keys.")
		}
	}
	return nil
}

// json answers with a resource, or with those of its fields that the client asked for.
func (c *call) json(answer any) error {
	if fields := c.query.Get("fields"); fields != "" {
		selected, err := parseFields(fields)
		if err != nil {
			return err
		}
		if answer, err = selected.of(answer); err != nil {
			return err
		}
	}
	core.WriteJSON(c.w, http.StatusOK, answer)
	return nil
}

func (c *call) noContent() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// decode reads a body of JSON. An empty one leaves v as it is.
func (c *call) decode(v any) error { return decodeJSON(c.r.Body, v) }

func decodeJSON(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return core.Refusal(http.StatusBadRequest, "parseError", "Parse Error")
	}
	if d.More() {
		return core.Refusal(http.StatusBadRequest, "parseError", "Parse Error")
	}
	return nil
}

// number returns a parameter of the query, nil where it is not given.
func (c *call) number(name string) (*int64, error) {
	text := c.query.Get(name)
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, invalid("Invalid value for %s: got %q, want a whole number from 0 on", name, text)
	}
	return &n, nil
}

// flag returns a parameter that is true or false, which it is where it is not given.
func (c *call) flag(name string) bool {
	on, err := strconv.ParseBool(c.query.Get(name))
	return on && err == nil
}

// generation returns a parameter that names a generation, 0 where it is not given.
func (c *call) generation(name string) (int64, error) {
	n, err := c.number(name)
	if err != nil || n == nil {
		return 0, err
	}
	if *n == 0 {
		return 0, invalid("Invalid value for %s: got 0, want a generation", name)
	}
	return *n, nil
}

// limit returns how many entries a page of a list may hold: 1000 at most, as Google has it.
func (c *call) limit() (int, error) {
	const most = 1000
	n, err := c.number("maxResults")
	if err != nil || n == nil || *n == 0 {
		return most, err
	}
	return int(min(*n, most)), nil
}

// conditions returns the preconditions whose parameters start with a prefix: "if" for what the call changes or reads,
// "ifSource" for where it copies from.
func (c *call) conditions(prefix string) (conditions store.Conditions, err error) {
	for _, p := range []struct {
		name string
		into **int64
	}{
		{"GenerationMatch", &conditions.Generation},
		{"GenerationNotMatch", &conditions.NotGeneration},
		{"MetagenerationMatch", &conditions.Metageneration},
		{"MetagenerationNotMatch", &conditions.NotMetageneration},
	} {
		if *p.into, err = c.number(prefix + p.name); err != nil {
			return conditions, err
		}
	}
	return conditions, nil
}
