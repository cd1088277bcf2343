import {
  getSession,
  hasAllPermissions,
  hasAnyPermission,
  hasPermission,
  hasRole,
  hasRolePermission,
  isAuthenticated,
} from 'astro-gatehouse/server';

export const answers = () => ({
  session: getSession(),
  isAuthenticated: isAuthenticated(),
  hasRole: hasRole('admin'),
  hasPermission: hasPermission('posts:delete'),
  hasAllPermissions: hasAllPermissions('posts:read', 'posts:write'),
  hasAnyPermission: hasAnyPermission('posts:delete', 'admin:panel'),
  hasRolePermission: hasRolePermission('admin', 'delete users'),
});
