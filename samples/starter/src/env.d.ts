declare namespace App {
  interface SessionData {
    visits: number;
    name: string;
  }
  interface AccessTypes {
    role: 'admin' | 'editor' | 'reader';
    permission: 'report:read';
  }
}
