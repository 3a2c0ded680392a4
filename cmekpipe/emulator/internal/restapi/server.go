package restapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"
)

// New returns a server of an API with a title for errors, such as "Resource Manager".
func New(env *core.Env, title string, methods []Method) *core.HTTPServer {
	var names []string
	for _, m := range methods {
		if m.Serve != nil {
			names = append(names, m.Name)
		}
	}
	return core.NewHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, m := range methods {
			if args, ok := m.match(r); ok {
				serve(env, title, m, args, w, r)
				return
			}
		}
		core.WriteError(w, core.Unserved(title, "", r))
	}), names)
}

func serve(env *core.Env, title string, m Method, args []string, w http.ResponseWriter, r *http.Request) {
	if m.Serve == nil {
		core.WriteError(w, core.Unserved(title, m.Name, r))
		return
	}
	env.Faults.HTTP(w, r, m.Name, resource(r), core.FailStatus, func(w http.ResponseWriter, r *http.Request) {
		answer, err := answerTo(title, m, args, r)
		if err == nil {
			core.WriteJSON(w, http.StatusOK, answer)
			return
		}
		if _, ok := errors.AsType[*core.APIError](err); !ok {
			err = core.StatusError(err)
		}
		core.WriteError(w, err)
	})
}

func answerTo(title string, m Method, args []string, r *http.Request) (any, error) {
	if name, found := m.unknownParameter(r.URL.Query()); found {
		return nil, core.NotImplemented("The loopback " + title + " has no parameter " + name + " of " + m.Name)
	}
	c, err := newCall(r, args)
	if err != nil {
		return nil, core.BadRequest("the request's body ends too early")
	}
	return m.Serve(c)
}

// resource returns the name of a call's resource, which is the path without the version, before which the API's name may
// stand, and the action.
func resource(r *http.Request) string {
	path, _, _ := cutAction(r.URL.Path)
	_, name, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, "/compute"), "/"), "/")
	return name
}
