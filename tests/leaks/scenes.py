"""What happens in the hunt: every way in, every kind of error, everything shown. Cells for a real kernel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """A cell, the error it must end with, and the way in that it takes where it takes one."""

    source: str
    error: str = ""
    way: str = ""

    def ends_as(self, error: str) -> bool:
        """Whether a cell that ended with this error, if any, ended as it must; more special ones count."""
        return error in {self.error, *_SPECIAL.get(self.error, ())}


_SPECIAL = {"LoginError": ("Refused", "Forgotten", "UnknownKey")}


def _told(*lines: str) -> str:
    return "\n".join(lines)


SETTING = [
    Scene(
        _told(
            "import os, logging, asyncio",
            "import bimplus_nb as bp",
            "from bimplus_nb.auth import Page",
            "sandbox = bp.Sandbox(device_interval=0.1)",
            "def new(**options):",
            "    return bp.connect(sandbox.url, client_id=sandbox.client_id, **options)",
            "there = hunt.hostile()",
        )
    )
]

WAYS = [
    Scene("client = bp.connect(sandbox)\nclient.user", way="sandbox"),
    Scene("client.logout()\nclient.user", error="LoginError"),
    Scene(
        "os.environ['BIMPLUS_TOKEN'] = sandbox.token()\nby_environment = new()\nawait by_environment.login()\n"
        "del os.environ['BIMPLUS_TOKEN']",
        way="environment",
    ),
    Scene(
        "from pathlib import Path\nfile = Path(os.environ['HUNT_FOLDER']) / 'secret'\n"
        "_ = file.write_text(sandbox.token('carla'))\nos.environ['BIMPLUS_TOKEN_FILE'] = str(file)\n"
        "await new().login('environment')\ndel os.environ['BIMPLUS_TOKEN_FILE']",
        way="environment",
    ),
    Scene("by_token = bp.connect(sandbox.url, token=sandbox.token('david'))\nby_token.user"),
    Scene("by_loopback = new()\nhunt.person_at(by_loopback)\nawait by_loopback.login('loopback')", way="loopback"),
    Scene("waiting = by_loopback.sign_in('loopback')\nhunt.person(waiting, 'carla')\nwaiting.wait(5)\n"
          "by_loopback.user"),
    Scene(
        "by_paste = new()\npasted = by_paste.sign_in('paste')\nhunt.person(pasted, back=False)\npasted.wait(5)\n"
        "by_paste.user",
        way="paste",
    ),
    Scene(
        "by_server = new()\npage = Page('http://127.0.0.1:8888', '/some/where/', answers=True)\n"
        "served = by_server.sign_in('server', page=page)\nhunt.person(served, back=False)\nserved.wait(5)\n"
        "by_server.user",
        way="server",
    ),
    Scene("by_device = new()\nhunt.person_at(by_device)\nawait by_device.login('device')", way="device"),
    Scene("hunt.hub()\nby_hub = bp.connect(there.api, client_id='client-1', team='t')\nawait_hub = "
          "by_hub.sign_in('hub')\n"
          "hunt.no_hub()\nby_hub.session", way="hub"),
    Scene("import warnings\nwarnings.simplefilter('ignore', FutureWarning)\nby_password = new()\n"
          "by_password.sign_in('password', user='ben@example.com', password=hunt.password(sandbox))\nby_password.user",
          way="password"),
    Scene("crossed = by_password.authorization.cross_token()\ncrossed"),
    Scene("by_cross = new()\nby_cross.sign_in('password', cross_token=crossed['cross_token'])\nby_cross.user"),
    Scene("asked = client.authorization.sign_in(user='carla@example.com', password=hunt.password(sandbox, 2), "
          "remember_me=True)\nasked"),
    Scene("import pandas as pd\nbp.Records([asked, crossed]).frame()"),
    Scene("hunt.keyring()\nring = new(remember=True)\nfirst = ring.sign_in('paste')\nhunt.person(first, back=False)\n"
          "first.wait(5)\nagain = new(remember=True)\nagain.sign_in('keyring')\nagain.user\nagain.logout()",
          way="keyring"),
]  # fmt: skip

ERRORS = [
    # the API
    *(
        Scene(f"at = bp.connect(there.api, token=hunt.token('access_token'), team='t', timeout={wait})\n"
              f"at.projects.get('{mode}')", error=name)
        for mode, name, wait in [
            ("401", "LoginError", 5), ("403", "Forbidden", 5), ("404", "NotFound", 5), ("409", "Conflict", 5),
            ("429", "RateLimited", 5), ("418", "ApiError", 5), ("500", "ServerError", 5), ("302", "ApiError", 5),
            ("break", "ConnectionFailed", 5), ("cut", "ConnectionFailed", 5), ("garbage", "ConnectionFailed", 5),
            ("slow", "ConnectionFailed", 0.2),
        ]
    ),
    Scene("hunt.interrupt_soon()\nbp.connect(there.api, token=hunt.token('access_token'), "
          "team='t').projects.get('slow')",
          error="KeyboardInterrupt"),
    Scene("at.objects.create(**{'nonsense': 1})", error="TypeError"),
    Scene("bp.connect(there.api, token=hunt.token('access_token') + ' and more')", error="LoginError"),
    Scene("bp.connect('https://127.0.0.1:9', token=hunt.token('access_token'), timeout=0.2).user",
          error="ConnectionFailed"),
    Scene("client.users.create(email='a@b.example', password=hunt.token('password'))", error="LoginError"),
    Scene("by_password.users.update(bp.connect(sandbox, user='carla').user.id, email='carla@example.com', "
          "status='Active', "
          "password=hunt.token('password'))", error="Forbidden"),
    # the old sign-in
    Scene("new().sign_in('password', user='anna@example.com', password=hunt.token('password'))", error="LoginError"),
    Scene("client.authorization.sign_in(user='anna@example.com', password=hunt.token('password'))", error="LoginError"),
    Scene("client.authorization.cross_sign_in(cross_token=hunt.token('cross_token'))", error="LoginError"),
    *(
        Scene(f"there.mode = '{mode}'\nbp.connect(there.api, team='t', timeout=0.5).authorization.sign_in("
              "user='a', password=hunt.token('password'))", error=name)
        for mode, name in [("500", "ServerError"), ("break", "ConnectionFailed"), ("401", "LoginError"),
                           ("garbage", "ConnectionFailed"), ("slow", "ConnectionFailed"), ("302", "ApiError")]
    ),
    Scene("bp.connect(there.api, client_id='c', team='t').sign_in('password', user='a', "
          "password=hunt.token('password'))", error="ApiError"),
    Scene("there.mode = ''"),
    # the environment, the hub, the keyring
    Scene("os.environ['BIMPLUS_TOKEN'] = hunt.token('access_token') + ' and more'\ntry:\n    new().sign_in()\n"
          "finally:\n    del os.environ['BIMPLUS_TOKEN']", error="LoginError"),
    Scene("os.environ['BIMPLUS_TOKEN_FILE'] = '/nowhere'\nos.environ['BIMPLUS_TOKEN'] = ''\nos.environ['AWS'] = "
          "hunt.token("
          "'somebody\\'s own')\ntry:\n    new().sign_in()\nfinally:\n    del os.environ['BIMPLUS_TOKEN_FILE']",
          error="LoginError"),
    Scene("new().sign_in('telepathy')", error="ValueError"),
    Scene("new().way_in('hub')", error="LoginError"),
    *(
        Scene(f"hunt.hub('{mode}')\ntry:\n    new().sign_in('hub')\nfinally:\n    hunt.no_hub()", error="LoginError")
        for mode in ("403", "500", "302")
    ),
    Scene("hunt.keyring(broken=True)\nkeyless = new(remember=True)\nfirst = keyless.sign_in('paste')\n"
          "hunt.person(first, back=False)\nfirst.wait(5)\nkeyless.user"),
    # redirects
    *(
        Scene(f"pending = new().sign_in('paste')\npending.complete(hunt.address(pending, '{spoilt}'))",
              error="LoginError")
        for spoilt in ("state", "iss", "code")
    ),
    Scene("pending = new().sign_in('paste')\nhunt.person(pending, deny=True, back=False)\npending.wait(1)",
          error="LoginError"),
    Scene("pending.complete(hunt.address(pending))", error="LoginError"),
    Scene("pending = new().sign_in('loopback')\npending.cancel()\npending.wait()", error="LoginError"),
    Scene("await new().login('loopback', timeout=0.1)", error="LoginError"),
    Scene("pending = new().sign_in('device')\nhunt.person(pending, deny=True)\npending.wait(10)", error="LoginError"),
    # the sign-in service
    *(
        Scene(f"bad = bp.connect(there.api, client_id='client-1', team='t', timeout=0.5)\npending = "
              f"bad.sign_in('paste')\n"
              f"there.mode = '{mode}'\n"
              "try:\n    pending.complete(hunt.answer_to(pending.url, there, code=hunt.token('code')))\n"
              "finally:\n    there.mode = ''", error=name)
        for mode, name in [("oauth", "LoginError"), ("500", "ConnectionFailed"), ("403", "LoginError"),
                           ("302", "LoginError"), ("break", "ConnectionFailed"), ("garbage", "ConnectionFailed"),
                           ("slow", "ConnectionFailed"), ("empty", "LoginError")]
    ),
    *(
        Scene(f"pending = bp.connect(there.api, client_id='client-1', team='t').sign_in('paste')\n{spoil}\n"
              "try:\n    pending.complete(hunt.answer_to(pending.url, there, code=hunt.token('code')))\n"
              "finally:\n    there.claims, there.answer = {}, {}", error="LoginError")
        for spoil in ("there.claims = {'aud': 'other'}", "there.claims = {'nonce': 'other'}",
                      "there.answer = {'id_token': None}", "there.answer = {'access_token': "
                      "hunt.token('access_token') + ' x'}",
                      "there.answer = {'id_token': hunt.token('id_token')}")
    ),
    *(
        Scene(f"over = hunt.signed_in(there)\nthere.mode = '{mode}'\ntry:\n    over.projects.get('x')\n"
              "finally:\n    there.mode = ''", error=name)
        for mode, name in [("oauth", "LoginError"), ("500", "ConnectionFailed"), ("break", "ConnectionFailed"),
                           ("empty", "LoginError"), ("403", "LoginError")]
    ),
    Scene("over = hunt.signed_in(there)\nthere.mode = 'slow'\nhunt.interrupt_soon()\ntry:\n    over.projects.get('x')\n"
          "finally:\n    there.mode = ''", error="KeyboardInterrupt"),
    *(
        Scene(f"over = hunt.signed_in(there)\nthere.mode = '{mode}'\ntry:\n    over.logout()\nfinally:\n    "
              f"there.mode = ''",
              error=name)
        for mode, name in [("oauth", "LoginError"), ("500", "ConnectionFailed"), ("break", "ConnectionFailed")]
    ),
    *(
        Scene(f"there.mode = '{mode}'\ntry:\n    bp.connect(there.api, client_id='client-1', "
              f"team='t').sign_in('device')\n"
              "finally:\n    there.mode = ''", error=name)
        for mode, name in [("oauth", "LoginError"), ("500", "ConnectionFailed"), ("empty", "LoginError")]
    ),
    # a bug of our own, in the middle of a request
    Scene("class Broken(dict):\n    def items(self):\n        raise RuntimeError('a bug')\n"
          "by_paste._http.json('GET', 'user', params=Broken(a=1))", error="RuntimeError"),
    Scene("bug = hunt.signed_in(there)\nbug.session.issuer._metadata = None\nbug.session.issuer.api_url = None\n"
          "bug.projects.get('x')", error="ValueError"),
]  # fmt: skip

LOOKS = [
    Scene("keeping = bp.connect(sandbox, user='ben', cache=True)\nkept = keeping.project('Riverside Offices')\n"
          "kept.objects(models='Architecture', progress=False)\nkept.reload()\n"
          "kept.objects(models='Architecture', progress=False)"),
    Scene("login = bp.Login(by_paste)\nlogin"),
    Scene("login.sign_out()\nother = bp.Login(new(), way='paste')\nother.sign_in()\nwaiting = other._pending\n"
          "hunt.show('waiting.txt', other=other, waiting=waiting, attempt=waiting._attempt)\n"
          "hunt.person(waiting, back=False)\nother"),
    Scene("third = bp.Login(new(), way='paste')\nthird.sign_in()\nthird.complete(hunt.address(third._pending, "
          "'state'))", error="LoginError"),
    Scene("hunt.person(third._pending, deny=True, back=False)\nthird"),
    Scene("chosen = bp.Login(bp.connect(sandbox))\nchosen.sign_out()\nchosen.sign_in('ben')\nchosen"),
    Scene("client = chosen.client\nproject = client.project('Riverside Offices')\nviewer = project.view()\n"
          "picker = bp.ProjectPicker(client)\npicker"),
    Scene("table = bp.ObjectTable(project, viewer=viewer)\nexplorer = bp.Explorer(client)"),
    Scene("log = logging.getLogger('bimplus_nb.anything')\nlog.info('sent %s', client.session)\n"
          "logging.getLogger('httpx').warning('sent %s', {'Authorization': 'BimPlus ' + sandbox.token()})\n"
          "logging.getLogger('httpcore.http11').debug(sandbox.token(), extra={'mine': sandbox.token()})\n"
          "try:\n    client.projects.get('nowhere')\nexcept bp.BimplusError:\n    log.exception('it did not work')"),
    # the second service
    Scene("link = bp.bimlink.connect(sandbox)\nlink.choose(phase='Detailed design')\n"
          "link.operations.BuildingElements_GetAll().frame()"),
    Scene("by_link = bp.bimlink.connect(sandbox.bimlink_url, client_id=sandbox.client_id)\n"
          "linked = by_link.sign_in('paste')\nhunt.person(linked, back=False)\nlinked.wait(5)\nby_link.user"),
    Scene("by_link.operations.ToDos_Create(domainAccountId=link.choice['domain_account'], "
          "projectPhaseId=link.choice['phase'], body={'title': 'x', 'password': hunt.token('password')})",
          error="Forbidden"),
    Scene("bp.bimlink.connect(sandbox.bimlink_url, token=hunt.token('access_token')).domain_accounts()",
          error="LoginError"),
    *(
        Scene(f"there.mode = '{mode}'\ntry:\n    bp.bimlink.connect(there.api, token=hunt.token('access_token'), "
              "timeout=0.5).operations.Any\nfinally:\n    there.mode = ''", error=name)
        for mode, name in [("500", "ServerError"), ("302", "ApiError"), ("break", "ConnectionFailed")]
    ),
    Scene("os.environ['BIMPLUS_TOKEN'] = hunt.token('access_token')\ntry:\n    bp.bimlink.connect("
          "sandbox.bimlink_url, client_id='c').sign_in('environment')\nfinally:\n    del os.environ['BIMPLUS_TOKEN']",
          error="ValueError"),
    Scene("steps = bp.bimlink.Picker(link)\nsteps"),
    Scene("hunt.show(link=link, by_link=by_link, linked=linked, operations=link.operations, steps=steps, "
          "call=link.operations.ToDos_Create, of_link=link.session, kept_of_link=link.session._tokens)\n"
          "for name in dir(link):\n    hunt.show(**{name: getattr(link, name, None)})"),
    Scene("hunt.show(client=client, session=client.session, issuer=client.session.issuer, "
          "tokens=client.session._tokens, "
          "pending=waiting, attempt=waiting._attempt, http=client._http, project=project, viewer=viewer, login=login, "
          "chosen=chosen, picker=picker, table=table, explorer=explorer, user=client.user, teams=client.teams.all(), "
          "objects=project.objects(), by_password=by_password, by_device=by_device, by_hub=by_hub, ring=ring, "
          "sign_in=by_password._sign_in, sandbox=sandbox)\n"
          "for name in dir(client):\n    hunt.show(**{name: getattr(client, name, None)})"),
    Scene("%whos"),
    Scene("client"),
    Scene("client.session"),
    Scene("client.session._tokens"),
    Scene("hunt.show_public()"),
]  # fmt: skip

ALL = [*SETTING, *WAYS, *ERRORS, *LOOKS]
