"""Everything a process of the hotline imports, imported once: those of a run are forked from here.

A start takes a tenth of the processor time then, so that two cores spend their time on faults and not on imports.
"""

import psycopg_pool  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401

import workers.bus
import workers.cli
import workers.clock
import workers.compose
import workers.eraser
import workers.figures
import workers.gateways.deliverer
import workers.gateways.standing
import workers.link.pieces
import workers.logging
import workers.notifier
import workers.parts
import workers.probes
import workers.relay
import workers.serving
import workers.standin_police.running
import workers.web.app  # noqa: F401
