declare namespace App {
  interface SessionData {
    name: string;
  }
  interface SecurityEvents {
    'signin.throttled': { limit: string; clientAddress: string; retryAfter: string };
  }
  interface AccessTypes {
    permission: 'accounts:read';
  }
}
