package restapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/refuse"
)

// Call is one request.
type Call struct {
	// Context outlives a client that disconnects.
	Context context.Context
	// Principal is the caller, as a member of a policy.
	Principal string
	// Query are the parameters.
	Query url.Values

	args []string
	body []byte
}

func newCall(r *http.Request, args []string) (*Call, error) {
	body, err := io.ReadAll(r.Body)
	return &Call{context.WithoutCancel(r.Context()), core.HTTPPrincipal(r), r.URL.Query(), args, body}, err
}

// Arg returns the part of the path in the place of the pattern's "*" with an index.
func (c *Call) Arg(i int) string { return c.args[i] }

// Decode reads the body into a Protocol Buffers message or into a struct of a Google API. It refuses fields that the message
// doesn't have.
func (c *Call) Decode(message any) error {
	body := c.body
	if len(body) == 0 {
		body = []byte("{}")
	}
	var err error
	if m, ok := message.(proto.Message); ok {
		err = protojson.Unmarshal(body, m)
	} else {
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.DisallowUnknownFields()
		err = d.Decode(message)
	}
	if err != nil {
		return refuse.InvalidArgument("Invalid JSON payload received: %v", err)
	}
	return nil
}

// Number returns a whole number in the query, 0 if it is missing.
func (c *Call) Number(name string) (int, error) {
	text := c.Query.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, refuse.InvalidArgument("Invalid value for %s: got %q, want a whole number from 0 on", name, text)
	}
	return n, nil
}

// Page returns the part of a list that a call's pageSize and pageToken select, and the token of the next part.
func Page[T any](c *Call, all []T, most int) (part []T, next string, err error) {
	size, err := c.Number("pageSize")
	if err != nil {
		return nil, "", err
	}
	if size == 0 || size > most {
		size = most
	}
	from := 0
	if token := c.Query.Get("pageToken"); token != "" {
		text, _ := base64.RawURLEncoding.DecodeString(token) // bad base64 gives no number
		if from, err = strconv.Atoi(strings.TrimPrefix(string(text), "from:")); err != nil || from < 1 || from > len(all) {
			return nil, "", refuse.InvalidArgument("got pageToken %q, want one that an earlier list returned", token)
		}
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = base64.RawURLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(to)))
	}
	return all[from:to], next, nil
}

// Message returns a Protocol Buffers message as the JSON that APIs answer.
func Message(m proto.Message, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	text, err := protojson.Marshal(m)
	return json.RawMessage(text), err
}

// Done returns a long-running operation that has ended with a resource of a type.
func Done(name, typ string, response any) (any, error) {
	text, err := json.Marshal(response)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	fields["@type"] = "type.googleapis.com/" + typ
	return map[string]any{"name": name, "done": true, "response": fields}, nil
}
