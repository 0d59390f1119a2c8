"""A phone written with authlib: signs in by the browser's hand, refreshes, calls an API, signs out.

Reads one JSON line a step from standard input, and writes one back. Nothing of the protocol is written here.
"""
import json
import os
import sys

os.environ['AUTHLIB_INSECURE_TRANSPORT'] = '1'

from authlib.integrations.requests_client import OAuth2Session
from authlib.common.security import generate_token

issuer, redirect_uri = sys.argv[1:3]
session = OAuth2Session(
    'phone',
    None,
    scope='openid notes:read',
    redirect_uri=redirect_uri,
    token_endpoint_auth_method='none',
    code_challenge_method='S256',
    token_endpoint=issuer + '/token',
)
verifier = generate_token(48)


def begin(_):
    url, state = session.create_authorization_url(
        issuer + '/auth', code_verifier=verifier, resource='https://api.example.com'
    )
    return {'url': url}


def finish(step):
    token = session.fetch_token(issuer + '/token', authorization_response=step['url'], code_verifier=verifier)
    return {'access_token': token['access_token'], 'refreshes': 'refresh_token' in token}


def refresh(_):
    token = session.refresh_token(issuer + '/token', refresh_token=session.token['refresh_token'])
    return {'access_token': token['access_token']}


def call(step):
    return {'status': session.get(step['url'], withhold_token=False).status_code}


def sign_out(_):
    answer = session.revoke_token(issuer + '/token/revocation', token=session.token['refresh_token'])
    return {'status': answer.status_code}


STEPS = {'begin': begin, 'finish': finish, 'refresh': refresh, 'call': call, 'sign_out': sign_out}

for line in sys.stdin:
    step = json.loads(line)
    try:
        said = STEPS[step['step']](step)
    except Exception as error:
        said = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(said), flush=True)
