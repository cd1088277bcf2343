declare namespace App {
  interface SessionData {
    name: string;
  }
  interface AccessTypes {
    permission: 'accounts:read';
  }
}
