declare namespace App {
  interface SessionData {
    name: string;
  }
  interface AccessTypes {
    role: 'user' | 'admin';
  }
}
