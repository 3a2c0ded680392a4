package shared

import "context"

// client is a client, or the error of its creation, once done is closed.
type client struct {
	done  chan struct{}
	value any
	err   error
}

// Client returns the process's client with an id, which open creates if there is none yet. The client stays open: callers
// must not close it. open gets a context without values that never ends, because clients keep it. An error is returned to
// all that wait for this creation, and the next caller tries again. If ctx ends first, Client returns the error of ctx.
func Client[C any](ctx context.Context, id ID, open func(context.Context) (C, error)) (C, error) {
	p := Of(ctx)
	p.mu.Lock()
	c, found := p.clients[id]
	if !found {
		c = &client{done: make(chan struct{})}
		p.clients[id] = c
		go func() {
			defer close(c.done)
			if c.value, c.err = open(context.Background()); c.err != nil {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.forget(id, c)
			}
		}()
	}
	p.mu.Unlock()
	var none C
	select {
	case <-c.done:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	if c.err != nil {
		return none, c.err
	}
	return c.value.(C), nil
}

// forget removes a client unless another one has its id by now. The caller has locked p.mu.
func (p *Process) forget(id ID, c *client) {
	if p.clients[id] == c {
		delete(p.clients, id)
	}
}

// CloseEndpoint closes this process's clients of an endpoint and forgets its checks. A loopback cloud calls it when it
// stops; callers of the clients get errors from then on. It does nothing for "", which is Google.
func CloseEndpoint(endpoint string) {
	if endpoint == "" {
		return
	}
	closeAll(worker.remove(func(id ID) bool { return id.Endpoint == endpoint }))
}

// Close closes all clients of the process and forgets its checks.
func (p *Process) Close() { closeAll(p.remove(func(ID) bool { return true })) }

func closeAll(clients []*client) {
	for _, c := range clients {
		<-c.done
		closeClient(c.value)
	}
}

// Discard closes the process's client with an id if it is still value, so that the next call of [Client] opens another. Use
// it for a client that can't recover. Calls of other DoFns through that client fail.
func Discard(ctx context.Context, id ID, value any) {
	p := Of(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clients[id]
	if c == nil {
		return
	}
	select {
	case <-c.done:
	default:
		return // another one is being opened
	}
	if c.value == value {
		delete(p.clients, id)
		go closeClient(value)
	}
}

func closeClient(value any) {
	switch value := value.(type) {
	case interface{ Close() error }:
		value.Close() //nolint:errcheck // nothing uses it any more
	case interface{ Close() }:
		value.Close()
	}
}

// remove removes the clients and checks whose ids are chosen, and returns the clients.
func (p *Process) remove(chosen func(ID) bool) (removed []*client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, c := range p.clients {
		if chosen(id) {
			delete(p.clients, id)
			removed = append(removed, c)
		}
	}
	for id := range p.checks {
		if chosen(id) {
			delete(p.checks, id)
		}
	}
	return removed
}
