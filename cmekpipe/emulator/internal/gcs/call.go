package gcs

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/gcs/store"
)

// call is a request while a method serves it.
type call struct {
	target
	w     http.ResponseWriter
	r     *http.Request
	query url.Values

	method method
	store  *store.Store
}

// xml reports whether the client speaks the XML API.
func (c *call) xml() bool { return c.kind == xmlObjectKind }

// ctx is not cancelled when the client disconnects, so that a call completes what it began to commit.
func (c *call) ctx() context.Context { return context.WithoutCancel(c.r.Context()) }

// finish serves the call and writes the error, if there is one.
func (c *call) finish(serve func(*call) error) {
	err := c.check()
	if err == nil {
		err = serve(c)
	}
	if err != nil {
		writeError(c.w, refusal(err, c.bucket, c.object), c.xml())
	}
}

// check refuses parameters that the server would otherwise ignore.
func (c *call) check() error {
	for _, header := range []string{"X-Goog-Encryption-Algorithm", "X-Goog-Copy-Source-Encryption-Algorithm"} {
		if c.r.Header.Get(header) != "" {
			return invalid("The loopback Cloud Storage does not support customer-supplied encryption keys.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		if c.served(name) {
			continue
		}
		if value := c.query.Get(name); value != "" && value != "false" { // Google's client sends some that it doesn't use
			return invalid("The loopback Cloud Storage has no parameter %s of %s.", name, c.method.name)
		}
	}
	if p := c.query.Get("projection"); p != "" && p != "noAcl" && p != full {
		return invalid("Invalid value for projection: got %q, want noAcl or full", p)
	}
	return nil
}

// full is the projection that shows owners and access controls too.
const full = "full"

func (c *call) served(parameter string) bool {
	return c.xml() || slices.Contains(everywhere(), parameter) || slices.Contains(c.method.parameters, parameter)
}

// json answers with a resource, reduced to the fields that the client selected.
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

// decodeJSON decodes a JSON body into v. An empty body leaves v unchanged.
func decodeJSON(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) || d.More() {
		return parseError()
	}
	return nil
}

func parseError() error { return core.Refusal(http.StatusBadRequest, "parseError", "Parse Error") }

// number returns a number from the query, nil if the parameter is missing.
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

// flag returns a boolean from the query, the default value if the parameter is missing.
func (c *call) flag(name string) bool {
	on, err := strconv.ParseBool(c.query.Get(name))
	return on && err == nil
}

// generation returns a generation from the query, 0 if the parameter is missing.
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

// limit returns the page size of a list, 1000 at most as in Google's service.
func (c *call) limit() (int, error) {
	const most = 1000
	n, err := c.number("maxResults")
	if err != nil || n == nil || *n == 0 {
		return most, err
	}
	return int(min(*n, most)), nil
}

// conditions returns the preconditions whose parameters start with a prefix: "if" for the object that the call changes
// or reads, "ifSource" for the source of a copy.
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
