declare namespace App {
  interface SessionData {
    name: string;
    notes: readonly string[];
  }
  interface AccessTypes {
    role: 'admin' | 'reader';
  }
}
