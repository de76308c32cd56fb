module.exports = {
  transform: {
    "^.+\\.[jt]s$": [
      "ts-jest",
      { tsconfig: { module: "commonjs", target: "es2022", allowJs: true, isolatedModules: true } },
    ],
  },
  transformIgnorePatterns: ["/node_modules/(?!(@offstreet/enforcement|ky|p-retry|is-network-error)/)"],
};
